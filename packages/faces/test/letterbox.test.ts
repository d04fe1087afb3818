import { describe, expect, it } from 'vitest';
import { simdShrinker } from '../src/letterbox-simd.ts';
import { letterbox } from '../src/letterbox.ts';

const grey = (
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): { data: Uint8ClampedArray; width: number; height: number } => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.fill(value(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3);
  return { data, width, height };
};

describe('letterbox', () => {
  it('centres a wide picture between black bars and keeps its mean', () => {
    const { pixels, placement } = letterbox(
      grey(64, 32, (x) => (x % 2) * 200),
      16,
      { x: 0, y: 0, width: 64, height: 32 },
    );
    expect(placement).toEqual({ scale: 0.25, offsetX: 0, offsetY: 4 });
    expect(pixels[0]).toBe(-1);
    const inside = pixels[(8 * 16 + 8) * 3]!;
    expect((inside + 1) * 127.5).toBeCloseTo(100, 0); // a one-pixel pattern averages out instead of aliasing
  });

  it('maps an area of the picture back to the whole picture', () => {
    const { pixels, placement } = letterbox(
      grey(40, 40, (x) => x * 5),
      16,
      { x: 20, y: 8, width: 16, height: 16 },
    );
    expect((0 - placement.offsetX) / placement.scale).toBe(20);
    expect((0 - placement.offsetY) / placement.scale).toBe(8);
    expect((pixels[3]! + 1) * 127.5).toBeCloseTo(105, 3);
  });

  it.each([
    [640, 360, 256, { x: 0, y: 0, width: 640, height: 360 }],
    [101, 75, 128, { x: 0, y: 0, width: 101, height: 75 }],
    [97, 403, 128, { x: 0, y: 0, width: 97, height: 403 }],
    [300, 200, 128, { x: 17, y: 5, width: 271, height: 190 }],
    [1300, 900, 128, { x: 0, y: 0, width: 1300, height: 900 }],
    [3, 2, 128, { x: 0, y: 0, width: 3, height: 2 }],
    [1, 1, 128, { x: 0, y: 0, width: 1, height: 1 }],
  ])('gives the same of %i x %i by WebAssembly as without', (width, height, size, area) => {
    let state = 7;
    const data = Uint8ClampedArray.from({ length: width * height * 4 }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 20);
    const fast = letterbox({ data, width, height }, size, area);
    const plain = letterbox({ data, width, height }, size, area, false);
    expect(fast.placement).toEqual(plain.placement);
    let worst = 0;
    for (let i = 0; i < plain.pixels.length; i++) worst = Math.max(worst, Math.abs(plain.pixels[i]! - fast.pixels[i]!));
    expect(worst).toBeLessThan(1e-5);
    expect(simdShrinker()).toBeDefined();
  });
});
