import { pipeline, prefetch, type VideoFrame } from '@verilens/core';
import { expect, expectTypeOf, it } from 'vitest';
import { look, type Shot, shots } from '../stages.ts';

function* clip(levels: readonly number[]): Generator<VideoFrame> {
  for (const [index, level] of levels.entries()) {
    yield { image: { data: new Uint8ClampedArray(32 * 32 * 4).fill(level), width: 32, height: 32 }, timestampMs: index * 40, index };
  }
}

it('finds the cuts and says what is between them', async () => {
  const found = await pipeline(() => pipeline(clip([...Array(10).fill(40), ...Array(5).fill(200), ...Array(8).fill(90)])).run())
    .to(prefetch(2))
    .to(look)
    .to(shots())
    .collect();
  expectTypeOf(found).toEqualTypeOf<Shot[]>();
  expect(found.map(({ startMs, endMs, frames }) => [startMs, endMs, frames])).toEqual([
    [0, 360, 10],
    [400, 560, 5],
    [600, 880, 8],
  ]);
  expect(found[0]!.motion).toBeCloseTo(0);
});

it('does not compile when a stage does not fit', () => {
  // @ts-expect-error shots takes looks, not frames
  pipeline(clip([1])).to(shots());
});
