import type { Image, SaliencyMap } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import {
  deletionInsertion,
  fillCells,
  infidelity,
  pointingGame,
  randomisationCheck,
  randomOrder,
  rankCorrelation,
  resampleMap,
  saliencyOrder,
  surrogateFidelity,
} from '../src/index.ts';

const map = (rows: number, columns: number, values: readonly number[]): SaliencyMap => ({
  rows,
  columns,
  values: Float32Array.from(values),
});
const flat = (size: number, level: number): Image => ({
  data: new Uint8ClampedArray(size * size * 4).fill(level),
  width: size,
  height: size,
});

/** Objective: mean brightness of the left half. */
const leftHalf = async (count: number, make: (index: number) => Image): Promise<number[]> =>
  Array.from({ length: count }, (_, index) => {
    const { data, width, height } = make(index);
    let sum = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width / 2; x++) sum += data[(y * width + x) * 4]! / 255;
    return sum / ((width / 2) * height);
  });
const image = flat(8, 255);
const fill = flat(8, 0);
const halves = (left: number, right: number): SaliencyMap => map(1, 2, [left, right]);

describe('maps', () => {
  it('are brought to another grid by area and by line', () => {
    expect([...resampleMap(map(2, 4, [0, 2, 4, 6, 8, 10, 12, 14]), 1, 2).values]).toEqual([5, 9]);
    expect([...resampleMap(map(1, 3, [0, 3, 6]), 1, 2).values]).toEqual([1, 5]);
    expect([...resampleMap(map(1, 2, [0, 4]), 1, 4).values]).toEqual([0, 1, 3, 4]);
    expect(() => resampleMap(map(1, 3, [0]), 1, 1)).toThrow(/1 x 3/);
    expect(() => resampleMap(map(1, 1, [NaN]), 1, 1)).toThrow(/NaN/);
  });

  it('are ordered best first, equal cells at random by the seed', () => {
    expect([...saliencyOrder(map(1, 4, [0.1, 0.9, -1, 0.5]), 0)]).toEqual([1, 3, 0, 2]);
    const ties = (seed: number): string => saliencyOrder(map(4, 4, new Array(16).fill(0)), seed).join();
    expect(ties(1)).toBe(ties(1));
    expect(ties(1)).not.toBe(ties(2));
    expect([...randomOrder(50, 3)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
  });

  it('say which cells are filled', () => {
    const { data } = fillCells(image, fill, [0, 1, 1, 0], 2, 2);
    expect([data[0], data[7 * 4], data[7 * 8 * 4], data[(7 * 8 + 7) * 4]]).toEqual([255, 0, 0, 255]);
    expect(() => fillCells(image, flat(4, 0), [1], 1, 1)).toThrow(/8 x 8/);
  });
});

describe('deletion and insertion', () => {
  it('are the areas worked out by hand', async () => {
    // the left half is gone after half of the steps: 1, .5, 0, 0, 0 -> area (.75 + .25) / 4
    const right = await deletionInsertion({ image, fill, map: halves(1, 0), values: leftHalf, steps: 4, cells: 8, seed: 0 });
    expect([right.deletion, right.insertion]).toEqual([0.25, 0.75]);
    expect([...right.deletionCurve]).toEqual([1, 0.5, 0, 0, 0]);
    const wrong = await deletionInsertion({ image, fill, map: halves(0, 1), values: leftHalf, steps: 4, cells: 8, seed: 0 });
    expect([wrong.deletion, wrong.insertion]).toEqual([0.75, 0.25]);
    for (const { deletion, insertion } of [right.random, wrong.random]) {
      expect(Math.abs(deletion - 0.5)).toBeLessThan(0.2);
      expect(Math.abs(insertion - 0.5)).toBeLessThan(0.2);
    }
  });

  it('refuses values that are missing or not finite, and impossible steps', async () => {
    const with_ = (values: typeof leftHalf, steps = 4) =>
      deletionInsertion({ image, fill, map: halves(1, 0), values, steps, cells: 8, seed: 0 });
    await expect(with_(async () => [1])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(with_(async (count) => new Array(count).fill(NaN))).rejects.toMatchObject({ code: 'NOT_FINITE' });
    await expect(with_(leftHalf, 65)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

it('pointing: the maxima, the positive share, chance', () => {
  const truth = { rows: 2, columns: 2, values: [1, 0, 0, 0] };
  expect(pointingGame(map(2, 2, [1, 0.5, -1, 0.5]), truth)).toEqual({ hit: 1, inside: 0.5, chance: 0.25 });
  expect(pointingGame(map(2, 2, [0, 1, 0, 0]), truth)).toEqual({ hit: 0, inside: 0, chance: 0.25 });
  expect(pointingGame(map(4, 4, new Array(16).fill(0)), truth)).toEqual({ hit: 0.25, inside: 0, chance: 0.25 });
  expect(() => pointingGame(map(1, 1, [1]), { rows: 1, columns: 1, values: [0] })).toThrow(/marks nothing/);
});

it('infidelity: 0 for the true costs, 1 for a map of nothing or of the opposite', async () => {
  const of = (left: number, right: number): Promise<number> =>
    infidelity({ image, fill, map: halves(left, right), values: leftHalf, seed: 1 });
  // 8 columns from 2 are not sharp at the border between them: the map is a little off
  const exact = map(1, 8, [1, 1, 1, 1, 0, 0, 0, 0]);
  expect(await infidelity({ image, fill, map: exact, values: leftHalf, seed: 1 })).toBeCloseTo(0, 10);
  expect(await of(1, 0)).toBeLessThan(0.1);
  expect(await of(0, 0)).toBe(1);
  expect(await of(-1, 0)).toBe(1);
  expect(await of(0, 1)).toBeGreaterThan(0.8);
  expect(await of(1, 1)).toBeGreaterThan(0.2);
});

it('fidelity of a surrogate: R2 and agreement, weighted', () => {
  expect(surrogateFidelity([1, 2, 3], [1, 2, 3], { threshold: 2 })).toEqual({ r2: 1, agreement: 1 });
  expect(surrogateFidelity([2, 2, 2], [1, 2, 3]).r2).toBe(0);
  expect(surrogateFidelity([1, 9], [1, 2], { weights: [1, 0], threshold: 5 })).toMatchObject({ agreement: 1 });
  expect(surrogateFidelity([0, 5], [5, 0], { threshold: 2 }).agreement).toBe(0);
  expect(() => surrogateFidelity([1], [1, 2])).toThrow(/lengths differ/);
});

it('rank correlation and the randomisation check', () => {
  expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 400])).toBeCloseTo(1);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
  // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) = 0.9486832980505139
  expect(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505139, 12);
  expect(rankCorrelation([1, 1], [1, 2])).toBe(0);
  const own = map(2, 2, [1, 2, 3, 4]);
  expect(randomisationCheck(own, [own, map(2, 2, [4, 3, 2, 1])]).mean).toBeCloseTo(0);
});
