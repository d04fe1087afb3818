import { calibratedSimilarity, checkCalibration, cosineAtRate, searchRate, type SimilarityCalibration } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { seededUniform } from '../src/random.ts';
import { fitSimilarity } from '../src/similarity.ts';
import { normal } from './helpers.ts';

interface Pairs {
  readonly scores: number[];
  readonly labels: number[];
  readonly identities: [string, string][];
}

/** Different people around 0.02 with deviation 0.1, one person around 0.6. */
function pairs(seed: number, different: number, same: number): Pairs {
  const uniform = seededUniform(seed);
  const out: Pairs = { scores: [], labels: [], identities: [] };
  for (let pair = 0; pair < different + same; pair++) {
    const isSame = pair >= different;
    out.scores.push((isSame ? 0.6 : 0.02) + 0.1 * normal(uniform));
    out.labels.push(Number(isSame));
    out.identities.push(isSame ? [`s${pair % 5}`, `s${pair % 5}`] : [`a${pair}`, `b${pair}`]);
  }
  return out;
}

const about = { model: 'm', data: ['normal draws'], command: 'none' };
const fit = (sample: Pairs): SimilarityCalibration =>
  fitSimilarity(sample.scores, sample.labels, { ...about, identities: sample.identities });

describe('fitSimilarity', () => {
  it('gives rates that hold on new pairs, and errs towards too high in the tail', () => {
    const calibration = fit(pairs(1, 400, 40));
    const fresh = pairs(2, 200_000, 1)
      .scores.slice(0, 200_000)
      .sort((a, b) => a - b);
    const truth = (rate: number): number => {
      const cosine = cosineAtRate(rate, calibration);
      return fresh.filter((score) => score >= cosine).length / fresh.length;
    };
    expect(truth(0.5)).toBeGreaterThan(0.42);
    expect(truth(0.5)).toBeLessThan(0.58);
    expect(truth(0.1)).toBeLessThan(0.15);
    expect(truth(0.01)).toBeLessThan(0.01);
    expect(truth(0.001)).toBeLessThan(0.001);
  });

  it('never falls as cosines fall, and says when it guesses', () => {
    const calibration = fit(pairs(3, 120, 20));
    let before = calibratedSimilarity(-1, calibration);
    expect(before).toMatchObject({ falseAcceptRate: 1, extrapolated: false });
    for (let cosine = -0.995; cosine <= 1; cosine += 0.005) {
      const now = calibratedSimilarity(cosine, calibration);
      expect(now.falseAcceptRate).toBeLessThanOrEqual(before.falseAcceptRate);
      expect(now.falseAcceptRate).toBeGreaterThan(0);
      expect(now.similarity).toBeGreaterThanOrEqual(before.similarity);
      expect(now.extrapolated).toBe(now.falseAcceptRate < 1 / 121);
      before = now;
    }
    expect(before.extrapolated).toBe(true);
    expect(calibratedSimilarity(0.02, calibration).similarity).toBeLessThan(0.05);
    expect(calibratedSimilarity(0.6, calibration).similarity).toBeGreaterThan(0.95);
  });

  it('weighs each person alike, however many pairs there are of one', () => {
    const base = pairs(4, 200, 0);
    const add = (sample: Pairs, person: string, score: number, count: number): Pairs => ({
      scores: [...sample.scores, ...Array.from({ length: count }, () => score)],
      labels: [...sample.labels, ...Array.from({ length: count }, () => 1)],
      identities: [...sample.identities, ...Array.from({ length: count }, (): [string, string] => [person, person])],
    });
    const few = fit(add(add(base, 'video', 0.9, 4), 'photo', 0.3, 4));
    const many = fit(add(add(base, 'video', 0.9, 400), 'photo', 0.3, 4));
    const middle = ({ scale, offset }: { scale: number; offset: number }): number => -offset / scale;
    // Not equal: Platt's softened targets know how many pairs there are.
    expect(Math.abs(middle(many) - middle(few))).toBeLessThan(0.08);
  });

  it('is read back from JSON, and refused for another model', () => {
    const calibration = fit(pairs(5, 100, 10));
    const read: unknown = JSON.parse(JSON.stringify(calibration));
    expect(checkCalibration(read, 'm')).toEqual(calibration);
    expect(() => checkCalibration(read, 'other')).toThrow(expect.objectContaining({ code: 'BAD_INPUT', got: 'm' }));
    for (const wrong of [null, 3, {}, { ...calibration, scale: 'x' }, { ...calibration, impostors: [] }, { ...calibration, format: 'y' }]) {
      expect(() => checkCalibration(wrong, 'm')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    }
  });

  it('refuses too few people', () => {
    expect(() => fit(pairs(6, 49, 5))).toThrow(/too few pairs of different people.*got 49/);
    expect(() => fit(pairs(6, 60, 0))).toThrow(/no positive item/);
  });
});

describe('searchRate', () => {
  it('is the chance of at least one', () => {
    expect(searchRate(0.1, 2)).toBeCloseTo(0.19, 12);
    expect(searchRate(1e-12, 10)).toBeCloseTo(1e-11, 20);
    expect(searchRate(1, 3)).toBe(1);
    expect(searchRate(0.5, 0)).toBe(0);
  });
});
