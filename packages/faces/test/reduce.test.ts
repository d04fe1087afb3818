import { createImage, transformPoint } from '@verilens/vision';
import { describe, expect, it } from 'vitest';
import { reduceSource, reductionFor } from '../src/reduce.ts';

/** Eyes 40 px apart: the crop's side is about 112 px. */
const face = (scale: number) =>
  [
    [40, 50],
    [80, 50],
    [60, 65],
    [60, 90],
    [20, 60],
    [100, 60],
  ].map(([x, y]) => [x! * scale, y! * scale] as const);

describe('reductionFor', () => {
  it('leaves faces alone that are less than twice as large as the crop', () => {
    expect(reductionFor([face(1)], 128)).toBe(1);
    expect(reductionFor([face(2)], 128)).toBe(1);
    expect(reductionFor([face(4)], 128)).toBe(3);
  });
});

describe('reduceSource', () => {
  it('averages blocks of a grid that does not move with the patch', () => {
    const frame = createImage(40, 40);
    for (let y = 0; y < 40; y++) for (let x = 0; x < 40; x++) frame.data.set([(x >> 2) * 20, (y >> 2) * 20, 0, 255], (y * 40 + x) * 4);
    for (const [x, y] of [
      [0, 0],
      [3, 5],
      [8, 1],
    ] as const) {
      const patch = createImage(24, 24);
      for (let v = 0; v < 24; v++)
        for (let u = 0; u < 24; u++)
          patch.data.set(frame.data.subarray(((y + v) * 40 + x + u) * 4, ((y + v) * 40 + x + u) * 4 + 4), (v * 24 + u) * 4);
      const { image, transform } = reduceSource({ image: patch, x, y }, 4);
      // the middle of block (4, 4) of the frame lies at pixel centre 17.5
      const [u, v] = transformPoint(transform, [17.5, 17.5]);
      expect(Number.isInteger(Math.round(u * 1e6) / 1e6) && Number.isInteger(Math.round(v * 1e6) / 1e6)).toBe(true);
      expect([...image.data.subarray((Math.round(v) * image.width + Math.round(u)) * 4).subarray(0, 2)]).toEqual([80, 80]);
    }
  });
});
