import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

export const shape: readonly OpCase[] = [
  {
    name: 'reshape',
    covers: ['reshape'],
    inputs: [[2, 6]],
    build: (x) => nn.square(nn.reshape(x!, [3, -1, 2])),
    reference: (x) => ref.map({ shape: [3, 2, 2], data: x!.data }, (v) => v * v),
  },
  {
    name: 'transpose',
    covers: ['transpose'],
    inputs: [[2, 3, 4]],
    build: (x) => nn.square(nn.transpose(x!, [2, 0, 1])),
    reference: (x) => ref.map(ref.transpose(x!, [2, 0, 1]), (v) => v * v),
  },
  {
    name: 'expand',
    covers: ['expand'],
    inputs: [[1, 3, 1]],
    build: (x) => nn.exp(nn.expand(x!, [2, 2, 3, 4])),
    reference: (x) => ref.build([2, 2, 3, 4], (at) => Math.exp(ref.get(x!, at))),
  },
  {
    name: 'expand into product',
    covers: ['expand', 'mul'],
    inputs: [
      [3, 1],
      [3, 4],
    ],
    build: (x, y) => nn.mul(nn.expand(x!, [3, 4]), nn.expand(y!, [3, 4])),
    reference: (x, y) => ref.map2(x!, y!, (a, b) => a * b),
  },
  {
    name: 'concat',
    covers: ['concat'],
    inputs: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    build: (a, b, c) => nn.square(nn.concat([a!, b!, c!], -1)),
    reference: (a, b, c) =>
      ref.build([2, 6], ([i, j]) => (j! < 1 ? ref.get(a!, [i!, j!]) : j! < 4 ? ref.get(b!, [i!, j! - 1]) : ref.get(c!, [i!, j! - 4])) ** 2),
  },
  {
    // more than kernels on WebGPU take at once
    name: 'concat and split, many',
    covers: ['concat', 'split'],
    inputs: [[9, 2]],
    build: (x) =>
      nn.concat(
        nn
          .split(x!, new Array<number>(9).fill(1), 0)
          .map((part, i) => nn.mul(nn.square(part), i + 1))
          .toReversed(),
        0,
      ),
    reference: (x) => ref.build([9, 2], ([i, j]) => (9 - i!) * ref.get(x!, [8 - i!, j!]) ** 2),
  },
  {
    name: 'slice',
    covers: ['slice'],
    inputs: [[5, 4]],
    build: (x) => nn.square(nn.slice(x!, { axis: 0, start: 1, end: -1 })),
    reference: (x) => ref.build([3, 4], ([i, j]) => ref.get(x!, [i! + 1, j!]) ** 2),
  },
  {
    name: 'slice with step',
    covers: ['slice', 'pad'],
    inputs: [[2, 8]],
    build: (x) => nn.square(nn.slice(x!, { axis: 1, start: 1, step: 3 })),
    reference: (x) => ref.build([2, 3], ([i, j]) => ref.get(x!, [i!, 1 + 3 * j!]) ** 2),
  },
  {
    name: 'split, uneven',
    covers: ['split', 'concat'],
    inputs: [[2, 6]],
    build: (x) => {
      const [a, b, c] = nn.split(x!, [1, 2, 3], 1);
      return nn.concat([nn.square(c!), nn.mul(a!, b!)], 1);
    },
    reference: (x) =>
      ref.build([2, 5], ([i, j]) => (j! < 3 ? ref.get(x!, [i!, j! + 3]) ** 2 : ref.get(x!, [i!, 0]) * ref.get(x!, [i!, j! - 2]))),
  },
  {
    name: 'split with a part unused and one used twice',
    covers: ['split', 'pad'],
    inputs: [[6, 2]],
    build: (x) => {
      const [a, , c] = nn.split(x!, 3, 0);
      return nn.add(nn.mul(a!, c!), nn.exp(c!));
    },
    reference: (x) =>
      ref.build([2, 2], ([i, j]) => ref.get(x!, [i!, j!]) * ref.get(x!, [i! + 4, j!]) + Math.exp(ref.get(x!, [i! + 4, j!]))),
  },
  {
    name: 'split into ten',
    covers: ['split'],
    inputs: [[10, 2]],
    build: (x) => nn.addAll(nn.split(x!, 10, 0).map((part, i) => nn.mul(nn.square(part), i + 1))),
    reference: (x) => ref.build([1, 2], ([, j]) => ref.total(Array.from({ length: 10 }, (_, i) => (i + 1) * ref.get(x!, [i, j!]) ** 2))),
  },
  {
    name: 'pad',
    covers: ['pad'],
    inputs: [[2, 3]],
    build: (x) => nn.square(nn.pad(x!, [1, 0], [0, 2], 0.5)),
    reference: (x) => ref.build([3, 5], ([i, j]) => (i! >= 1 && j! < 3 ? ref.get(x!, [i! - 1, j!]) : 0.5) ** 2),
  },
  {
    name: 'flip',
    covers: ['flip'],
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (x, y) => nn.mul(nn.flip(x!, 1), y!),
    reference: (x, y) => ref.build([2, 3], ([i, j]) => ref.get(x!, [i!, 2 - j!]) * ref.get(y!, [i!, j!])),
  },
  {
    name: 'stack and squeeze',
    covers: ['reshape', 'concat'],
    inputs: [
      [2, 1],
      [2, 1],
    ],
    build: (a, b) => nn.square(nn.stack([nn.squeeze(a!, 1), nn.squeeze(b!, 1)], 0)),
    reference: (a, b) => ref.build([2, 2], ([i, j]) => ref.get(i === 0 ? a! : b!, [j!, 0]) ** 2),
  },
];
