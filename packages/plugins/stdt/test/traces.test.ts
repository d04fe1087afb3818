import { createRandom } from '@verilens/data';
import { describe, expect, it } from 'vitest';
import { CONFIGS, type StdtConfig } from '../src/config.ts';
import { patchLength, writeBag } from '../src/traces.ts';

const config: StdtConfig = { ...CONFIGS.temporal, faceSize: 8, grid: 2, frames: 4, keptFrames: 4, keptCells: 4 };
const bag = { frames: Int32Array.of(0, 1, 2, 3), cells: Int32Array.of(0, 3, 1, 2) };

function noise(): Uint8Array {
  const random = createRandom('noise');
  return Uint8Array.from({ length: 4 * 8 * 8 * 3 }, () => random.integer(0, 256));
}

function read(trace: StdtConfig['trace'], pixels: Uint8Array, reachPx = 0): Float32Array {
  const sized = { ...config, trace, reachPx };
  const out = new Float32Array(4 * patchLength(sized)).fill(NaN);
  writeBag(pixels, sized, bag, out, 0);
  return out;
}

describe('writeBag', () => {
  it('writes the second temporal difference, edge frames taking their neighbour', () => {
    const pixels = noise();
    const out = read('temporal', pixels);
    const at = (t: number, y: number, x: number, c: number) => pixels[((t * 8 + y) * 8 + x) * 3 + c]!;
    // patch 0: frame 0 (edge, so middle frame 1), cell 0; patch 1: frame 1, cell 3 (rows and columns 4..7)
    for (const [patch, middle, top, left] of [
      [0, 1, 0, 0],
      [1, 1, 4, 4],
      [2, 2, 0, 4],
      [3, 2, 4, 0],
    ] as const) {
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 4; y++)
          for (let x = 0; x < 4; x++) {
            const value = Math.abs(
              at(middle + 1, top + y, left + x, c) - 2 * at(middle, top + y, left + x, c) + at(middle - 1, top + y, left + x, c),
            );
            expect(out[patch * 48 + c * 16 + y * 4 + x]).toBeCloseTo((value * 8) / 255, 5);
          }
    }
  });

  it('writes the bands of the spatial trace without its colours', () => {
    const pixels = noise().map((value) => value >> 1);
    const [spatial, bands] = [read('spatial', pixels), read('bands', pixels)];
    expect(bands).toHaveLength((spatial.length / 5) * 2);
    expect([...bands]).toEqual([...spatial].filter((_, i) => i % 5 > 2));
    const tinted = pixels.map((value, i) => value + [0, 9, 0][i % 3]!);
    expect(Math.max(...read('bands', tinted).map((value, i) => Math.abs(value - bands[i]!)))).toBeLessThan(0.1);
  });

  it('measures the bands of a quarter over its surroundings too, cut off at the border', () => {
    const pixels = noise();
    // with a reach as wide as the face every quarter shows the mean of its frame
    const whole = read('bands', pixels, 8);
    for (let patch = 0; patch < 4; patch++) {
      const own = whole.subarray(patch * 8, (patch + 1) * 8);
      for (const [i, value] of own.entries()) expect(value).toBeCloseTo(own[i % 2]!, 6);
    }
    // one bright pixel in the last column of a quarter counts for the next quarter as well, and only with a reach
    const spot = new Uint8Array(4 * 192).fill(60);
    for (let t = 0; t < 4; t++) spot.fill(255, t * 192 + (3 * 8 + 1) * 3, t * 192 + (3 * 8 + 1) * 3 + 3);
    const quarter = (values: Float32Array, at: number): number => values[2 * at]!; // the fine band of patch 0, cell 0
    const [near, reached] = [read('bands', spot), read('bands', spot, 2)];
    expect(quarter(near, 2)).toBeGreaterThan(quarter(near, 3));
    expect(quarter(reached, 3) - quarter(reached, 2)).toBeGreaterThan(quarter(near, 3) - quarter(near, 2));
  });

  it('is zero in time for a still clip and in space for a flat one', () => {
    const still = new Uint8Array(4 * 192);
    const frame = noise().slice(0, 192);
    for (let t = 0; t < 4; t++) still.set(frame, t * 192);
    expect(Math.max(...read('temporal', still))).toBe(0);
    expect(Math.max(...read('spatial', new Uint8Array(768).fill(90)))).toBe(0);
    expect(Math.max(...read('spatial', still))).toBeGreaterThan(0.5);
  });

  it('writes every number of the bag', () => {
    for (const trace of ['rgb', 'temporal', 'spatial', 'bands', 'appearance', 'all'] as const) {
      expect(read(trace, noise()).some(Number.isNaN)).toBe(false);
    }
  });
});
