import type { ExplainableModel } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { areProbabilities, classLabels, namesClass, valueLabels } from '../src/relabel.ts';
import { findDistance } from '../src/sigma.ts';

const model = { name: 'm', outputs: ['a', 'b', 'c'] } as unknown as ExplainableModel;

describe('labels', () => {
  it('by class: kept while it is the likeliest, or likelier than the one it is held against', () => {
    const a = classLabels(model, { class: 0 });
    expect([a.kept([0.5, 0.3, 0.2], 0), a.kept([0.3, 0.5, 0.2], 0)]).toEqual([true, false]);
    expect(a.logit([0.5, 0.3, 0.2], 0)).toBeCloseTo(0, 9);
    const against = classLabels(model, { score: 'b', against: 'c' });
    expect([against.kept([0.6, 0.3, 0.1], 0), against.kept([0.6, 0.1, 0.3], 0)]).toEqual([true, false]);
    expect(against.logit([0.6, 0.3, 0.1], 0)).toBeCloseTo(Math.log(3), 9);
  });

  it('tells sure answers apart where a float32 of p has no digits left', () => {
    const { logit } = classLabels(model, { class: 0 });
    const sure = Float32Array.of(1, 1e-9, 0);
    const surer = Float32Array.of(1, 1e-11, 0);
    expect(logit(surer, 0) - logit(sure, 0)).toBeCloseTo(Math.log(100), 4);
    expect(Number.isFinite(logit(Float32Array.of(1, 0, 0), 0))).toBe(true);
  });

  it('by value: above the middle between picture and nothing, whichever is higher', () => {
    const high = valueLabels(1, 0);
    expect([high.kept([], 0.6), high.kept([], 0.4), high.logit([], 0.5)]).toEqual([true, false, 0]);
    expect(high.logit([], 1)).toBeCloseTo(2, 9);
    const low = valueLabels(0, 1);
    expect([low.kept([], 0.6), low.kept([], 0.4)]).toEqual([true, false]);
    expect(Number.isFinite(valueLabels(1, 1).logit([], 1))).toBe(true);
  });

  it('knows probabilities, and refuses a class where the objective names none', () => {
    expect([areProbabilities([0.2, 0.8]), areProbabilities([1]), areProbabilities([2, -1]), areProbabilities([0.5, 0.9])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    const own = { name: 'mine', value: () => 1 };
    expect([namesClass({ class: 1 }), namesClass(own)]).toEqual([true, false]);
    expect(() => classLabels(model, own)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('distance', () => {
  const search = async (keptAt: (sigma: number) => number, side: 'kept' | 'shifted' = 'kept') => {
    const tried: number[] = [];
    const found = await findDistance(async (sigma) => (tried.push(sigma), keptAt(sigma)), [0.3, 0.7], side);
    return { ...found, tried };
  };

  it('finds where labels begin to shift, near or far', async () => {
    for (const at of [0.05, 0.2, 0.9, 1.7]) {
      const { sigma, kept, tried } = await search((s) => 1 / (1 + (s / at) ** 4));
      expect(kept).toBeGreaterThanOrEqual(0.3);
      expect(kept).toBeLessThanOrEqual(0.7);
      expect(sigma / at).toBeGreaterThan(0.7);
      expect(tried.length).toBeLessThanOrEqual(7);
    }
  });

  it('gives the nearest there is when labels never shift, or always', async () => {
    expect(await search(() => 1)).toMatchObject({ kept: 1, tried: [1, 2] });
    expect((await search(() => 0)).kept).toBe(0);
    // a picture without the label: farther ones may have it
    expect((await search((s) => (s > 1.5 ? 0.5 : 0), 'shifted')).kept).toBe(0.5);
  });
});
