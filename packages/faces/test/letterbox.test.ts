import { describe, expect, it } from 'vitest';
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
});
