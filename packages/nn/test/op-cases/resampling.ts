import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

const inside = (v: number, size: number): number => Math.min(Math.max(v, 0), size - 1);
const triangle = (d: number): number => Math.max(1 - Math.abs(d), 0);
const keys = (d: number): number => {
  const a = -0.75;
  const v = Math.abs(d);
  return v < 1 ? (a + 2) * v ** 3 - (a + 3) * v ** 2 + 1 : v < 2 ? a * (v ** 3 - 5 * v ** 2 + 8 * v - 4) : 0;
};

/** Resizes by summing kernel values over the neighbourhood of each place, borders repeated. */
function resized(
  x: Ref,
  [h, w]: readonly [number, number],
  kernel: (d: number) => number,
  spot: (i: number, from: number, to: number) => number,
): Ref {
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  return ref.build([n, c, h, w], ([b, k, i, j]) => {
    const [y, z] = [spot(i!, height, h), spot(j!, width, w)];
    let total = 0;
    for (let u = Math.floor(y) - 2; u <= y + 3; u++)
      for (let v = Math.floor(z) - 2; v <= z + 3; v++)
        total += kernel(y - u) * kernel(z - v) * ref.get(x, [b!, k!, inside(u, height), inside(v, width)]);
    return total;
  });
}
const edges = (i: number, from: number, to: number): number => ((i + 0.5) * from) / to - 0.5;
const corners = (i: number, from: number, to: number): number => (i * (from - 1)) / (to - 1);
const squared = (x: Ref): Ref => ref.map(x, (v) => v * v);

/** The picture at a place between pixels; zeros outside. */
function between(x: Ref, [b, c]: readonly [number, number], y: number, z: number): number {
  const [, , height, width] = x.shape as readonly [number, number, number, number];
  let total = 0;
  for (let u = 0; u < height; u++) for (let v = 0; v < width; v++) total += triangle(y - u) * triangle(z - v) * ref.get(x, [b, c, u, v]);
  return total;
}
const mirrored = (v: number, size: number): number => {
  const period = 2 * (size - 1);
  const at = ((v % period) + period) % period;
  return at <= size - 1 ? at : period - at;
};

export const resampling: readonly OpCase[] = [
  {
    name: 'resize, bilinear up and down, edges',
    covers: [],
    inputs: [[2, 1, 3, 5]],
    build: (x) => nn.square(nn.resize(x!, [5, 2])),
    reference: (x) => squared(resized(x!, [5, 2], triangle, (i, from, to) => Math.max(edges(i, from, to), 0))),
  },
  {
    name: 'resize, bicubic, corners',
    covers: [],
    inputs: [[1, 2, 3, 4]],
    build: (x) => nn.square(nn.resize(x!, [4, 3], { mode: 'bicubic', alignCorners: true })),
    reference: (x) => squared(resized(x!, [4, 3], keys, corners)),
  },
  {
    name: 'resize, area and nearest',
    covers: [],
    inputs: [[1, 1, 4, 3]],
    build: (x) => nn.square(nn.add(nn.resize(x!, [2, 2], { mode: 'area' }), nn.resize(x!, [2, 2], { mode: 'nearest' }))),
    reference: (x) =>
      ref.build([1, 1, 2, 2], ([, , i, j]) => {
        const block = [0, 1].flatMap((u) => [0, 1].map((v) => ref.get(x!, [0, 0, 2 * i! + u, j! + v])));
        return (ref.average(block) + ref.get(x!, [0, 0, 2 * i!, j!])) ** 2;
      }),
  },
  {
    name: 'gridSample, zeros outside',
    // its indices are computed in the graph, unlike those of the rows of gatherBatch itself
    covers: ['gatherBatch', 'scatterAdd'],
    inputs: [
      [2, 2, 3, 4],
      [2, 1, 3, 2],
    ],
    build: (x, grid) => nn.square(nn.gridSample(x!, grid!)),
    reference: (x, grid) =>
      ref.build([2, 2, 1, 3], ([b, c, i, j]) => {
        const [across, down] = [0, 1].map((k) => ref.get(grid!, [b!, i!, j!, k])) as [number, number];
        return between(x!, [b!, c!], ((down + 1) * 3 - 1) / 2, ((across + 1) * 4 - 1) / 2) ** 2;
      }),
  },
  {
    name: 'gridSample along an affine grid, reflected',
    covers: [],
    inputs: [
      [1, 1, 3, 4],
      [1, 2, 3],
    ],
    spread: true,
    build: (x, theta) => nn.square(nn.gridSample(x!, nn.affineGrid(theta!, [2, 2]), { padding: 'reflection', alignCorners: true })),
    reference: (x, theta) =>
      ref.build([1, 1, 2, 2], ([, , i, j]) => {
        const from = [j! - 0.5, i! - 0.5, 1];
        const [across, down] = [0, 1].map((k) => ref.total(from.map((v, m) => v * ref.get(theta!, [0, k, m])))) as [number, number];
        return between(x!, [0, 0], mirrored(down + 1, 3), mirrored((across + 1) * 1.5, 4)) ** 2;
      }),
  },
  {
    name: 'deformable convolution, two offset groups',
    covers: [],
    inputs: [[1, 2, 3, 4], [1, 8, 2, 2], [1, 2, 1, 2], [1, 4, 2, 2], [1]],
    build: (x, offsets, w, mask, b) => nn.deformableConv2d(x!, offsets!, w!, b, { mask: mask!, stride: [2, 2], padding: [0, 0, 0, 0] }),
    reference: (x, offsets, w, mask, b) =>
      ref.build([1, 1, 2, 2], ([, , i, j]) => {
        let total = b!.data[0]!;
        for (let c = 0; c < 2; c++)
          for (let k = 0; k < 2; k++) {
            const [down, across] = [0, 1].map((m) => ref.get(offsets!, [0, (c * 2 + k) * 2 + m, i!, j!])) as [number, number];
            const seen = between(x!, [0, c], 2 * i! + down, 2 * j! + k + across);
            total += seen * ref.get(mask!, [0, c * 2 + k, i!, j!]) * ref.get(w!, [0, c, 0, k]);
          }
        return total;
      }),
  },
  {
    name: 'pixel shuffle and back',
    covers: [],
    inputs: [
      [1, 4, 2, 1],
      [1, 1, 4, 2],
    ],
    build: (x, y) => nn.add(nn.square(nn.pixelUnshuffle(nn.mul(nn.pixelShuffle(x!, 2), y!), 2)), x!),
    reference: (x, y) =>
      ref.build([1, 4, 2, 1], ([, c, i, j]) => {
        const v = ref.get(x!, [0, c!, i!, j!]);
        return (v * ref.get(y!, [0, 0, 2 * i! + Math.floor(c! / 2), 2 * j! + (c! % 2)])) ** 2 + v;
      }),
  },
  {
    name: 'unfold 3x3 of 4 channels, and fold',
    covers: [],
    inputs: [[1, 4, 4, 3]],
    build: (x) => nn.fold(nn.square(nn.unfold(x!, 3, { stride: 2, padding: 1 })), [4, 3], 3, { stride: 2, padding: 1 }),
    // every pixel comes back as often as windows saw it
    reference: (x) => {
      const windows = (at: number, size: number): number => {
        const places = Math.floor((size + 2 - 3) / 2) + 1;
        let count = 0;
        for (let p = 0; p < places; p++) if (at >= 2 * p - 1 && at < 2 * p + 2) count++;
        return count;
      };
      return ref.build([1, 4, 4, 3], ([b, c, i, j]) => ref.get(x!, [b!, c!, i!, j!]) ** 2 * windows(i!, 4) * windows(j!, 3));
    },
  },
];
