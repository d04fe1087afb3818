import { describe, expect, it } from 'vitest';
import { tileBox, tileGrid, writeTile } from '../src/tiles.ts';

describe('tileGrid', () => {
  it('lies side by side where it may, borders shared out', () => {
    const grid = tileGrid(100, 70, 32, 100);
    expect([grid.columns, grid.rows]).toEqual([3, 2]);
    expect(tileBox(grid, 0)).toEqual({ x: 0, y: 1, width: 32, height: 32 });
    expect(tileBox(grid, 5).x + 32).toBeLessThanOrEqual(100);
  });

  it.each([
    [4000, 3000, 1000],
    [20000, 32, 64],
    [32, 20000, 64],
    [33, 33, 1],
    [5000, 40, 7],
  ])('%i x %i with at most %i: within the picture, spread, without overlap', (width, height, most) => {
    const { places, size } = tileGrid(width, height, 32, most);
    expect(places.length).toBeGreaterThan(0);
    expect(places.length).toBeLessThanOrEqual(most);
    if (most < 500) expect(places.length).toBeGreaterThan(0.5 * Math.min(most, Math.floor(width / 32) * Math.floor(height / 32)));
    for (const [i, { x, y }] of places.entries()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + size).toBeLessThanOrEqual(width);
      expect(y + size).toBeLessThanOrEqual(height);
      const next = places[i + 1];
      if (next !== undefined && next.y === y) expect(next.x - x).toBeGreaterThanOrEqual(size);
    }
  });

  it('is empty for what is smaller than a tile', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 20000],
      [31, 400],
    ] as const)
      expect(tileGrid(width, height, 32, 10).places).toEqual([]);
  });
});

describe('writeTile', () => {
  it('copies pixels as they are, and says how flat they are', () => {
    const data = Uint8ClampedArray.from({ length: 64 * 40 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i >> 2) % 64));
    const out = new Float32Array(3 * 1024 + 1);
    const contrast = writeTile({ data, width: 64, height: 40 }, 16, 8, 32, out, 1);
    expect(out[1]).toBeCloseTo(16 / 255, 6);
    expect(out[32]).toBeCloseTo(47 / 255, 6);
    expect(contrast).toBeCloseTo(Math.sqrt((32 * 32 - 1) / 12), 3);
  });
});
