import { describe, expect, it } from 'vitest';
import { planesFrom } from '../src/lessons.ts';
import { planesOf } from '../src/planes.ts';
import { KERNELS, shrinkMatrix, shrinkPlane } from '../src/shrink.ts';
import { viewsOf } from '../src/views.ts';
import { drawnSet, shapePicture } from './drawn.ts';

const set = drawnSet(2);
const pictures = planesFrom(set, [0, 5, 9], 28, 1);

describe('shrinking', () => {
  it.each(KERNELS)('%s: every row sums to 1, mirrored pictures give mirrored ones', (kernel) => {
    for (const [from, to] of [
      [28, 7],
      [32, 8],
      [10, 4],
      [5, 5],
    ] as const) {
      const matrix = shrinkMatrix(kernel, from, to);
      for (let i = 0; i < to; i++) {
        const row = matrix.subarray(i * from, (i + 1) * from);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        const mirrored = matrix.slice((to - 1 - i) * from, (to - i) * from).reverse();
        row.forEach((weight, j) => expect(weight).toBeCloseTo(mirrored[j]!, 5));
      }
    }
  });

  it('area takes the mean of each block, as the recognizer does', () => {
    const out = new Float32Array(49);
    const image = shapePicture(4, 3);
    shrinkPlane(planesOf([image], 28, 1).data, shrinkMatrix('area', 28, 7), 28, 7, out);
    const { data } = planesOf([image], 7, 1);
    // one is rounded to bytes
    out.forEach((value, i) => expect(Math.abs(value - data[i]!)).toBeLessThan(1 / 255));
  });
});

describe('views', () => {
  const views = viewsOf(pictures, 7, { views: 4, shift: 2, flip: 0.5 }, 3);

  it('are the same shift and mirror at both resolutions', () => {
    expect(Array.from(views.of)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    const matrices = KERNELS.map((kernel) => shrinkMatrix(kernel, 28, 7));
    const used = new Set<number>();
    for (let view = 0; view < 12; view++) {
      const low = views.low.data.subarray(view * 49, (view + 1) * 49);
      const found = matrices.findIndex((matrix) => {
        const out = new Float32Array(49);
        shrinkPlane(views.high.data.subarray(view * 784, (view + 1) * 784), matrix, 28, 7, out);
        return out.every((value, i) => value === low[i]);
      });
      expect(found).not.toBe(-1);
      used.add(found);
    }
    expect(used.size).toBe(3);
  });

  it('follow from the seed, and are the pictures themselves without augmentation', () => {
    expect(viewsOf(pictures, 7, { views: 4, shift: 2, flip: 0.5 }, 3)).toEqual(views);
    expect(viewsOf(pictures, 7, { views: 4, shift: 2, flip: 0.5 }, 4).high.data).not.toEqual(views.high.data);
    expect(viewsOf(pictures, 7, { views: 1, shift: 0, flip: 0 }, 3).high.data).toEqual(pictures.data);
  });
});

it('pictures of colour have brightness where there is one channel', () => {
  const red = { data: Uint8ClampedArray.from({ length: 64 * 4 }, (_, i) => [255, 0, 0, 255][i % 4]!), width: 8, height: 8 };
  expect(planesOf([red], 4, 1).data.every((value) => Math.abs(value - 0.299) < 1e-6)).toBe(true);
  expect(Array.from(planesOf([red], 2, 3).data)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});
