import { describe, expect, it } from 'vitest';
import { batchIndices, gatherClips, joinClips } from '../src/batches.ts';
import type { ClipBatch } from '../src/procedural/clips.ts';
import { createRandom } from '../src/random.ts';

/** Every value tells where it stands: 2 clips, 2 frames, 4 x 4 pixels. */
const clips: ClipBatch = { count: 2, frames: 2, size: 4, pixels: Uint8Array.from({ length: 192 }, (_, i) => i) };

describe('batchIndices', () => {
  it('gives every item once a pass, another order each pass, the same for a seed', () => {
    const all = (epoch: number): number[] => batchIndices(12, { seed: 0, epoch, batchSize: 4 }).flatMap((batch) => [...batch]);
    expect([...all(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(all(0)).toEqual(all(0));
    expect(all(0)).not.toEqual(all(1));
    expect(batchIndices(13, { seed: 0, batchSize: 4 })).toHaveLength(3);
  });

  it('balances two classes and uses every item', () => {
    const labels = [0, 0, 1, 1, 1, 1, 1, 1];
    const batches = batchIndices(8, { seed: 0, batchSize: 4, balance: labels });
    for (const batch of batches) expect([...batch].filter((i) => labels[i] === 1)).toHaveLength(2);
    expect(new Set(batches.flatMap((batch) => [...batch])).size).toBe(8);
  });

  it('refuses what it cannot do', () => {
    expect(() => batchIndices(4, { seed: 0, batchSize: 5 })).toThrow(/batchSize/);
    expect(() => batchIndices(4, { seed: 0, batchSize: 2, balance: [1, 1, 1, 1] })).toThrow(/one class/);
    expect(() => batchIndices(4, { seed: 0, batchSize: 2, balance: [1, 0] })).toThrow(/balance/);
  });
});

describe('gatherClips', () => {
  const pixel = (n: number, t: number, c: number, y: number, x: number): number => clips.pixels[(((n * 2 + t) * 4 + y) * 4 + x) * 3 + c]!;

  it.each(['NTCHW', 'NCTHW', 'NTHWC'] as const)('lays out %s', (layout) => {
    const out = gatherClips(clips, [1, 0], { layout, mean: 0.5, scale: 4 });
    for (const [b, n] of [
      [0, 1],
      [1, 0],
    ] as const) {
      for (let t = 0; t < 2; t++)
        for (let c = 0; c < 3; c++)
          for (let y = 0; y < 4; y++)
            for (let x = 0; x < 4; x++) {
              const at = {
                NTCHW: (((b * 2 + t) * 3 + c) * 4 + y) * 4 + x,
                NCTHW: (((b * 3 + c) * 2 + t) * 4 + y) * 4 + x,
                NTHWC: (((b * 2 + t) * 4 + y) * 4 + x) * 3 + c,
              }[layout];
              expect(out[at]).toBeCloseTo((pixel(n, t, c, y, x) / 255 - 0.5) * 4, 5);
            }
    }
  });

  it('mirrors left and right', () => {
    const out = gatherClips(clips, [0], { augment: { flip: 1 }, random: createRandom(0) });
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) expect(out[16 + y * 4 + x]).toBeCloseTo(pixel(0, 0, 1, y, 3 - x) / 255, 6);
  });

  it('changes contrast and brightness alike in all frames, by the seed', () => {
    const draw = (seed: number): Float32Array =>
      gatherClips(clips, [0, 1], { augment: { gain: 0.2, offset: 0.1 }, random: createRandom(seed) });
    const out = draw(0);
    expect(draw(0)).toEqual(out);
    expect(draw(1)).not.toEqual(out);
    // a straight line from pixel to output: the same slope between any two pixels of a clip
    const slope = (out[5]! - out[0]!) / (pixel(0, 0, 0, 1, 1) - pixel(0, 0, 0, 0, 0));
    expect((out[48 + 5]! - out[0]!) / (pixel(0, 1, 0, 1, 1) - pixel(0, 0, 0, 0, 0))).toBeCloseTo(slope, 6);
    expect(Math.abs(slope * 255 - 1)).toBeLessThanOrEqual(0.2001);
    expect(Math.abs(out[0]!)).toBeLessThanOrEqual(0.1001);
  });

  it('fills a given array and refuses misfits', () => {
    const out = new Float32Array(96);
    expect(gatherClips(clips, [1], { out })).toBe(out);
    expect(() => gatherClips(clips, [0, 1], { out })).toThrow(expect.objectContaining({ code: 'BAD_SHAPE' }));
    expect(() => gatherClips(clips, [2])).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(() => gatherClips(clips, [0], { augment: { flip: 0.5 } })).toThrow(/random/);
  });
});

describe('joinClips', () => {
  it('puts sets one after the other', () => {
    const joined = joinClips([clips, clips]);
    expect(joined.count).toBe(4);
    expect([...joined.pixels.subarray(192)]).toEqual([...clips.pixels]);
    expect(() => joinClips([clips, { ...clips, frames: 1, count: 4 }])).toThrow(/different shapes/);
  });
});
