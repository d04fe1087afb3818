import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import { asFloat, type OpCase } from './op-case.ts';

const lse = (values: readonly number[]): number => Math.log(ref.total(values.map(Math.exp)));
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);
const length = (values: readonly number[]): number => Math.sqrt(ref.total(values.map((v) => v * v)));
const running = (x: ref.Ref, fold: (values: readonly number[]) => number): ref.Ref =>
  ref.build(x.shape, ([i, j, k]) => fold(Array.from({ length: j! + 1 }, (_, t) => ref.get(x, [i!, t, k!]))));
const first = (f: (values: readonly number[]) => number) => (values: readonly number[]) => values.indexOf(f(values));

/** Reductions made of simpler ones. */
export const selections: readonly OpCase[] = [
  {
    name: 'logSumExp and norms along an odd axis',
    covers: [],
    inputs: [[2, 5, 3]],
    spread: true,
    build: (x) =>
      nn.concat(
        [
          nn.logSumExp(x!, 1, { keep: true }),
          nn.norm(x!, 1, { keep: true }),
          nn.norm(x!, 1, { keep: true, kind: 'l1' }),
          nn.norm(x!, 1, { keep: true, kind: 'max' }),
          nn.unitVectors(x!, 1),
        ],
        1,
      ),
    reference: (x) => {
      const along = (f: (values: readonly number[]) => number): ref.Ref => ref.reduce(x!, [1], true, f);
      const parts = [along(lse), along(length), along((v) => ref.total(v.map(Math.abs))), along((v) => Math.max(...v.map(Math.abs)))];
      const unit = ref.map2(x!, parts[1]!, (a, b) => a / b);
      return ref.build([2, 9, 3], ([i, j, k]) => (j! < 4 ? ref.get(parts[j!]!, [i!, 0, k!]) : ref.get(unit, [i!, j! - 4, k!])));
    },
  },
  {
    name: 'products and running products, sizes 5 and 1',
    covers: [],
    inputs: [[2, 5, 1]],
    build: (x) =>
      nn.concat([nn.cumulativeSum(x!, 1), nn.cumulativeProduct(x!, 1), nn.prod(x!, 1, { keep: true }), nn.prod(x!, 2, { keep: true })], 1),
    reference: (x) => {
      const parts = [running(x!, ref.total), running(x!, product), ref.reduce(x!, [1], true, product), x!];
      const sizes = [5, 5, 1, 5];
      return ref.build([2, 16, 1], ([i, j]) => {
        let at = j!;
        let part = 0;
        while (at >= sizes[part]!) at -= sizes[part++]!;
        return ref.get(parts[part]!, [i!, at, 0]);
      });
    },
  },
  {
    name: 'first of the largest and smallest',
    covers: [],
    inputs: [[3, 7]],
    spread: true,
    build: (x) => nn.stack([nn.firstMax(x!, 1), nn.firstMin(x!, -1)], 0),
    reference: (x) =>
      ref.build([2, 3], ([which, i]) => (which === 0 ? Math.max : Math.min)(...Array.from({ length: 7 }, (_, j) => ref.get(x!, [i!, j])))),
  },
  {
    name: 'argMax, argMin',
    covers: [],
    inputs: [[3, 7]],
    spread: true,
    order: 0,
    build: (x) => nn.stack([asFloat(nn.argMax(x!, 1)), asFloat(nn.argMin(x!, 1))], 0),
    reference: (x) => {
      const [largest, smallest] = [
        ref.reduce(
          x!,
          [1],
          false,
          first((v) => Math.max(...v)),
        ),
        ref.reduce(
          x!,
          [1],
          false,
          first((v) => Math.min(...v)),
        ),
      ];
      return { shape: [2, 3], data: Float64Array.from([...largest.data, ...smallest.data]) };
    },
  },
  {
    name: 'squared distances, distances and cosines of rows',
    covers: [],
    inputs: [
      [2, 3, 4],
      [2, 2, 4],
    ],
    build: (a, b) => nn.concat([nn.squaredDistances(a!, b!), nn.distances(a!, b!, { exact: true }), nn.cosineSimilarities(a!, b!)], 2),
    reference: (a, b) =>
      ref.build([2, 3, 6], ([n, i, j]) => {
        const p = Array.from({ length: 4 }, (_, k) => ref.get(a!, [n!, i!, k]));
        const q = Array.from({ length: 4 }, (_, k) => ref.get(b!, [n!, j! % 2, k]));
        const squared = ref.total(p.map((v, k) => (v - q[k]!) ** 2));
        if (j! < 2) return squared;
        return j! < 4 ? Math.sqrt(squared) : ref.total(p.map((v, k) => v * q[k]!)) / (length(p) * length(q));
      }),
  },
  {
    name: 'einsum, a batch axis, two inner ones and sums left over',
    covers: [],
    inputs: [
      [2, 3, 2, 2],
      [2, 1, 4, 3, 2],
    ],
    build: (a, b) => nn.einsum('bihs,bxjih->jbx', a!, b!),
    reference: (a, b) =>
      ref.build([4, 2, 1], ([j, n, x]) => {
        let total = 0;
        for (let i = 0; i < 3; i++)
          for (let h = 0; h < 2; h++) for (let s = 0; s < 2; s++) total += ref.get(a!, [n!, i, h, s]) * ref.get(b!, [n!, x!, j!, i, h]);
        return total;
      }),
  },
];
