import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

const squared = (x: Ref): Ref => ref.map(x, (v) => v * v);
const largest = (values: readonly number[]): number => Math.max(...values);
/** Windows floor(i size / count) .. ceil((i + 1) size / count) of rows and columns. */
const adaptive = (x: Ref, [h, w]: readonly [number, number], fold: (values: readonly number[]) => number): Ref => {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const range = (i: number, count: number, size: number): number[] =>
    Array.from({ length: size }, (_, p) => p).filter((p) => p >= Math.floor((i * size) / count) && p < Math.ceil(((i + 1) * size) / count));
  return ref.build([n, c, h, w], ([b, q, i, j]) =>
    fold(range(i!, h, height).flatMap((y) => range(j!, w, width).map((z) => ref.get(x, [b!, q!, y, z])))),
  );
};
/** Pictures full of equal largest elements. */
const TIES = Float32Array.from([1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1]);
const window = { size: [3, 2], stride: [2, 1], padding: [1, 0, 1, 1] } as const;

export const pooling: readonly OpCase[] = [
  {
    name: 'maxPool2d, stride larger than the window, edges left over',
    covers: ['maxPool2d', 'maxPool2dGradient', 'maxPool2dSelect'],
    inputs: [[1, 2, 6, 5]],
    spread: true,
    build: (x) => nn.square(nn.maxPool2d(x!, { size: [2, 1], stride: [3, 2] })),
    reference: (x) =>
      squared(
        ref.windows(x!, { size: [2, 1], stride: [3, 2], padding: [0, 0, 0, 0] }, (_, v) => largest(v.filter((e) => e !== undefined))),
      ),
  },
  {
    name: 'maxPool2d, the first of equal elements gets the gradient',
    covers: ['maxPool2dGradient', 'maxPool2dSelect'],
    inputs: [[1, 1, 3, 4]],
    build: (dy) => {
      const picture = nn.constant(TIES, [1, 1, 5, 4]);
      return nn.square(nn.gradients(nn.sum(nn.mul(nn.maxPool2d(picture, window), dy!)), [picture])[0]!);
    },
    reference: (dy) => {
      const data = new Float64Array(20);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 4; j++) {
          const places = [0, 1, 2]
            .flatMap((u) => [0, 1].map((t) => [i * 2 - 1 + u, j + t] as const))
            .filter(([y, z]) => y >= 0 && y < 5 && z < 4);
          const top = Math.max(...places.map(([y, z]) => TIES[y * 4 + z]!));
          const [y, z] = places.find(([a, b]) => TIES[a * 4 + b] === top)!;
          data[y * 4 + z]! += ref.get(dy!, [0, 0, i, j]);
        }
      }
      return squared({ shape: [1, 1, 5, 4], data });
    },
  },
  {
    name: 'adaptiveAvgPool2d, overlapping windows',
    covers: ['matmul'],
    inputs: [[2, 1, 5, 4]],
    build: (x) => nn.square(nn.adaptiveAvgPool2d(x!, [3, 3])),
    reference: (x) => squared(adaptive(x!, [3, 3], ref.average)),
  },
  {
    name: 'adaptiveAvgPool2d to one pixel and by tiles',
    covers: ['avgPool2d', 'reduceMean'],
    inputs: [[1, 2, 4, 3]],
    build: (x) => nn.mul(nn.adaptiveAvgPool2d(x!, 1), nn.adaptiveAvgPool2d(x!, [2, 1])),
    reference: (x) => ref.map2(adaptive(x!, [1, 1], ref.average), adaptive(x!, [2, 1], ref.average), (a, b) => a * b),
  },
  {
    name: 'adaptiveMaxPool2d, overlapping windows',
    covers: ['reduceMax', 'gather'],
    inputs: [[1, 2, 5, 4]],
    spread: true,
    build: (x) => nn.square(nn.adaptiveMaxPool2d(x!, [3, 3])),
    reference: (x) => squared(adaptive(x!, [3, 3], largest)),
  },
  {
    name: 'global pools of a sequence and of a volume',
    covers: ['reduceMax', 'reduceMean'],
    inputs: [
      [2, 2, 3],
      [2, 2, 1, 2, 2],
    ],
    spread: true,
    build: (x, y) => nn.mul(nn.globalMaxPool(x!), nn.add(nn.globalAveragePool(y!), nn.globalMaxPool(y!))),
    reference: (x, y) =>
      ref.map2(
        ref.reduce(x!, [2], false, largest),
        ref.map2(ref.reduce(y!, [2, 3, 4], false, ref.average), ref.reduce(y!, [2, 3, 4], false, largest), (a, b) => a + b),
        (a, b) => a * b,
      ),
  },
];
