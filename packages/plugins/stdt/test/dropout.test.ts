import { createRandom } from '@verilens/data';
import { describe, expect, it } from 'vitest';
import { bagLength, CONFIGS, type StdtConfig } from '../src/config.ts';
import { dealBags, drawBag } from '../src/dropout.ts';

const small: StdtConfig = { ...CONFIGS.temporal, faceSize: 32, grid: 4, keptFrames: 4, keptCells: 4 };

describe('drawBag', () => {
  it.each([
    [7, 28],
    [14, 14],
    [28, 7],
    [49, 4],
  ])('gives bags of g² patches for k = %i, m = %i', (keptFrames, keptCells) => {
    const config = { ...CONFIGS.paper, frames: 49, keptFrames, keptCells };
    const bag = drawBag(config, createRandom(1));
    expect(bag.cells).toHaveLength(196);
    expect(bagLength(config)).toBe(196);
  });

  it('keeps k frames and m different cells in each, ordered by cell, then frame', () => {
    for (let seed = 0; seed < 50; seed++) {
      const bag = drawBag(small, createRandom(seed));
      const byFrame = new Map<number, Set<number>>();
      bag.frames.forEach((frame, i) => byFrame.set(frame, (byFrame.get(frame) ?? new Set()).add(bag.cells[i]!)));
      expect(byFrame.size).toBe(4);
      for (const cells of byFrame.values()) expect(cells.size).toBe(4);
      for (let i = 1; i < bag.cells.length; i++) {
        expect(bag.cells[i]! * 100 + bag.frames[i]!).toBeGreaterThan(bag.cells[i - 1]! * 100 + bag.frames[i - 1]!);
      }
    }
  });

  it('draws every frame and every cell about equally often', () => {
    const frames = new Array<number>(8).fill(0);
    const cells = new Array<number>(16).fill(0);
    const random = createRandom('counts');
    for (let i = 0; i < 2000; i++) {
      const bag = drawBag(small, random);
      for (const frame of bag.frames) frames[frame]!++;
      for (const cell of bag.cells) cells[cell]!++;
    }
    // 32,000 patches: 4,000 a frame (each draw brings 4 of a frame) and 2,000 a cell
    for (const count of frames) expect(Math.abs(count - 4000)).toBeLessThan(350);
    for (const count of cells) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('varies only what its mode says', () => {
    const draws = (mode: Parameters<typeof drawBag>[2]) => {
      const random = createRandom(3);
      return Array.from({ length: 30 }, () => drawBag(small, random, mode));
    };
    const distinct = (values: readonly ArrayLike<number>[]) => new Set(values.map((value) => Array.from(value).join())).size;
    const frameSets = (mode: Parameters<typeof drawBag>[2]) =>
      distinct(draws(mode).map((bag) => [...new Set(bag.frames)].sort((a, b) => a - b)));
    expect(frameSets('spatiotemporal')).toBeGreaterThan(10);
    expect(frameSets('temporal')).toBeGreaterThan(10);
    expect(frameSets('spatial')).toBe(1);
    expect(distinct(draws('spatial').map((bag) => bag.cells))).toBeGreaterThan(10);
    expect(distinct(draws('fixed').map((bag) => [...bag.cells, ...bag.frames]))).toBe(1);
    for (const bag of draws('single-frame')) {
      expect(new Set(bag.frames).size).toBe(1);
      expect([...bag.cells]).toEqual(Array.from({ length: 16 }, (_, i) => i));
    }
  });

  it('shows the whole face over the frames of the fixed sampling', () => {
    expect(new Set(drawBag(small, createRandom(0), 'fixed').cells).size).toBe(16);
  });
});

describe('dealBags', () => {
  const patches = (config: StdtConfig, count: number, seed: number): string[] =>
    dealBags(config, createRandom(seed), count).flatMap(({ cells, frames }) => Array.from(cells, (cell, i) => `${frames[i]} ${cell}`));

  it('shows every patch of the clip once before any a second time', () => {
    for (const [kept, bags] of [
      [{ keptFrames: 8, keptCells: 4 }, 4],
      [{ keptFrames: 4, keptCells: 8 }, 4],
      [{ keptFrames: 2, keptCells: 16 }, 4],
    ] as const) {
      const seen = patches({ ...small, ...kept }, bags, 1);
      expect(seen).toHaveLength(128);
      expect(new Set(seen).size).toBe(128);
      expect(new Set(patches({ ...small, ...kept }, bags + 1, 1)).size).toBe(128);
    }
  });

  it('keeps bags as drawBag draws them, also where the shares do not fit, and differs by seed', () => {
    const odd = { ...small, keptFrames: 3, keptCells: 5 };
    for (const bag of dealBags(odd, createRandom(2), 20)) {
      expect(new Set(bag.frames).size).toBe(3);
      expect(new Set(Array.from(bag.cells, (cell, i) => cell * 100 + bag.frames[i]!)).size).toBe(15);
      for (let i = 1; i < 15; i++)
        expect(bag.cells[i]! * 100 + bag.frames[i]!).toBeGreaterThan(bag.cells[i - 1]! * 100 + bag.frames[i - 1]!);
    }
    expect(patches(small, 2, 3)).not.toEqual(patches(small, 2, 4));
  });

  it('mirrors every second bag, only where the network asks for it', () => {
    const turned = (config: StdtConfig): boolean[] => dealBags(config, createRandom(1), 4).map(({ mirrored }) => mirrored === true);
    expect(turned({ ...small, mirrors: true })).toEqual([false, true, false, true]);
    expect(turned(small)).toEqual([false, false, false, false]);
  });
});
