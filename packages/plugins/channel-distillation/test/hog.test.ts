import { expect, test } from 'vitest';
import { CELL, createHog, HOG_CHANNELS } from '../src/hog.ts';

/** The definition, cell by cell: soft histograms of 18 orientations, four norms of 2 x 2 cells, clipped at 0.2. */
function defined(patch: Float32Array, cells: number): Float64Array {
  const size = cells * CELL;
  const clamp = (v: number, most: number): number => Math.min(Math.max(v, 0), most);
  const at = (x: number, y: number, c: number): number => patch[(clamp(y, size - 1) * size + clamp(x, size - 1)) * 3 + c]!;
  const histogram = new Float64Array(cells * cells * 18);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const slopes = [0, 1, 2].map((c) => [at(x + 1, y, c) - at(x - 1, y, c), at(x, y + 1, c) - at(x, y - 1, c)] as const);
      const [gx, gy] = slopes.reduce((best, one) => (Math.hypot(...one) > Math.hypot(...best) ? one : best));
      const bin = Math.round(Math.atan2(gy, gx) / (Math.PI / 9) + 18) % 18;
      for (let cy = 0; cy < cells; cy++) {
        const wy = 1 - Math.abs((y + 0.5) / CELL - 0.5 - cy);
        for (let cx = 0; cx < cells && wy > 0; cx++) {
          const wx = 1 - Math.abs((x + 0.5) / CELL - 0.5 - cx);
          if (wx > 0) histogram[(cy * cells + cx) * 18 + bin]! += wx * wy * Math.hypot(gx, gy);
        }
      }
    }
  }
  const of = (x: number, y: number, bin: number): number => histogram[(clamp(y, cells - 1) * cells + clamp(x, cells - 1)) * 18 + bin]!;
  const nine = Array.from({ length: 9 }, (_, i) => i);
  const energy = (x: number, y: number): number => nine.reduce((sum, i) => sum + (of(x, y, i) + of(x, y, i + 9)) ** 2, 0);
  const out = new Float64Array(HOG_CHANNELS * cells * cells);
  for (let y = 0; y < cells; y++) {
    for (let x = 0; x < cells; x++) {
      const norms = [
        [-1, -1],
        [0, -1],
        [-1, 0],
        [0, 0],
      ].map(([i, j]) => {
        const [u, v] = [x + i!, y + j!];
        return 1 / Math.sqrt(energy(u, v) + energy(u + 1, v) + energy(u, v + 1) + energy(u + 1, v + 1) + 1e-4);
      });
      const clipped = (h: number): number => norms.reduce((sum, n) => sum + Math.min(h * n, 0.2), 0);
      for (let d = 0; d < 27; d++)
        out[(d * cells + y) * cells + x] = 0.5 * clipped(d < 18 ? of(x, y, d) : of(x, y, d - 18) + of(x, y, d - 9));
      norms.forEach((n, k) => {
        let sum = 0;
        for (let d = 0; d < 18; d++) sum += Math.min(of(x, y, d) * n, 0.2);
        out[((27 + k) * cells + y) * cells + x] = 0.2357 * sum;
      });
    }
  }
  return out;
}

const cells = 6;
const size = cells * CELL;
const patch = Float32Array.from({ length: size * size * 3 }, (_, i) => 128 + 60 * Math.sin(i / 7) + 50 * Math.cos((i * i) / 900));
const all = Array.from({ length: HOG_CHANNELS }, (_, d) => d);

test('histograms are those of the definition', () => {
  const out = new Float32Array(HOG_CHANNELS * cells * cells);
  createHog(cells).write(patch, all, out, 0);
  const expected = defined(patch, cells);
  expect(Math.max(...expected)).toBeGreaterThan(0.3);
  out.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
});

test('channels that are asked for are the same alone, a second picture is not mixed with the first, a grey one is 0', () => {
  const hog = createHog(cells);
  const whole = new Float32Array(HOG_CHANNELS * cells * cells);
  hog.write(patch, all, whole, 0);
  const plane = cells * cells;
  const some = [3, 20, 28, 30];
  const out = new Float32Array((some.length + 1) * plane).fill(-1);
  hog.write(new Float32Array(patch.length).fill(90), some, out, plane);
  expect(out.subarray(plane).every((value) => value === 0)).toBe(true);
  expect(out.subarray(0, plane).every((value) => value === -1)).toBe(true);
  hog.write(patch, some, out, plane);
  some.forEach((channel, k) =>
    expect(out.subarray((k + 1) * plane, (k + 2) * plane)).toEqual(whole.subarray(channel * plane, (channel + 1) * plane)),
  );
});
