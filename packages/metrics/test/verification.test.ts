import { describe, expect, it } from 'vitest';
import { aucInterval } from '../src/bootstrap.ts';
import { seededUniform } from '../src/random.ts';
import { eer, rocAuc, tarAtFar } from '../src/roc.ts';
import { allPairs, verification } from '../src/verification.ts';
import { normal, sample } from './helpers.ts';

/** Points around one centre per person. */
function people(seed: number, count: number, pictures: number, scatter: number): { embeddings: number[][]; names: string[] } {
  const uniform = seededUniform(seed);
  const embeddings: number[][] = [];
  const names: string[] = [];
  for (let person = 0; person < count; person++) {
    const centre = Array.from({ length: 8 }, () => normal(uniform));
    for (let picture = 0; picture < pictures; picture++) {
      embeddings.push(centre.map((value) => value + scatter * normal(uniform)));
      names.push(`p${person}`);
    }
  }
  return { embeddings, names };
}

describe('allPairs', () => {
  it('scores every pair by the cosine, whatever the norms', () => {
    const { scores, labels, identities, items } = allPairs(
      [
        [3, 0],
        [0, 2],
        [1, 1],
      ],
      ['a', 'b', 'a'],
    );
    expect([...scores].map((score) => +score.toFixed(9))).toEqual([0, +Math.SQRT1_2.toFixed(9), +Math.SQRT1_2.toFixed(9)]);
    expect([...labels]).toEqual([0, 1, 0]);
    expect(identities[1]).toEqual(['a', 'a']);
    expect(items).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  it.each([
    { what: 'unequal lengths', embeddings: [[1, 0], [1]], names: ['a', 'b'], code: 'BAD_INPUT' },
    { what: 'zeros', embeddings: [[0, 0]], names: ['a'], code: 'BAD_INPUT' },
    { what: 'NaN', embeddings: [[NaN, 0]], names: ['a'], code: 'NOT_FINITE' },
    { what: 'a name too few', embeddings: [[1, 0]], names: [], code: 'BAD_INPUT' },
  ])('refuses $what', ({ embeddings, names, code }) => {
    expect(() => allPairs(embeddings, names)).toThrow(expect.objectContaining({ code }));
  });
});

describe('verification', () => {
  it('has the estimates of the single measures, ties and all', () => {
    const { scores, labels } = sample(4, 120);
    const result = verification(scores, labels, { seed: 0, resamples: 50, falseAcceptRates: [0.2, 0] });
    expect(result.auc.estimate).toBeCloseTo(rocAuc(scores, labels), 12);
    expect(result.eer.estimate).toBeCloseTo(eer(scores, labels).rate, 12);
    expect(result.eer.threshold).toBe(eer(scores, labels).threshold);
    const expected = tarAtFar(scores, labels, 0.2);
    expect(result.acceptRates[0]).toMatchObject({ target: 0.2, threshold: expected.threshold, falseAcceptRate: expected.falseAcceptRate });
    expect(result.acceptRates[0]!.trueAcceptRate.estimate).toBe(expected.rate);
    expect(result.pairs.same + result.pairs.different).toBe(120);
    expect(result.resampled).toBe('pairs');
  });

  it('drawing pairs agrees with the bootstrap of single items', () => {
    const { scores, labels } = sample(8, 150);
    const options = { seed: 1, resamples: 1500 };
    const [ours, theirs] = [verification(scores, labels, options).auc, aucInterval(scores, labels, options)];
    expect(ours.low).toBeCloseTo(theirs.low, 1);
    expect(ours.high).toBeCloseTo(theirs.high, 1);
    expect(Math.abs(ours.low - theirs.low)).toBeLessThan(0.015);
    expect(Math.abs(ours.high - theirs.high)).toBeLessThan(0.015);
  });

  it('is wider when people are drawn, and then covers the truth about as often as it says', () => {
    // AUC of 200 such people.
    const truth = 0.789;
    const covered = [0, 0];
    const width = [0, 0];
    const rounds = 30;
    for (let seed = 0; seed < rounds; seed++) {
      const { embeddings, names } = people(seed, 25, 6, 1.2);
      const { scores, labels, identities } = allPairs(embeddings, names);
      for (const [kind, given] of [undefined, identities].entries()) {
        const { auc } = verification(scores, labels, { seed, resamples: 100, identities: given, falseAcceptRates: [] });
        covered[kind]! += Number(auc.low <= truth && truth <= auc.high) / rounds;
        width[kind]! += (auc.high - auc.low) / rounds;
      }
    }
    expect(width[1]!).toBeGreaterThan(1.5 * width[0]!);
    expect(covered[1]!).toBeGreaterThan(covered[0]! + 0.15);
    expect(covered[1]!).toBeGreaterThan(0.85);
  });

  it('says which rates too few pairs cannot show, and the calibration error', () => {
    const { scores, labels } = sample(2, 60);
    const probabilities = labels.map((label) => 0.25 + 0.5 * label);
    const result = verification(scores, labels, { seed: 0, resamples: 20, probabilities });
    expect(result.acceptRates.map(({ target, measurable }) => [target, measurable])).toEqual([
      [0.1, true],
      [0.01, false],
      [0.001, false],
    ]);
    expect(result.calibration!.expectedError).toBeCloseTo(0.25, 12);
    expect(result.calibration!.brier).toBeCloseTo(0.0625, 12);
  });

  it('is the same for the same seed', () => {
    const { scores, labels } = sample(5, 40);
    const run = (seed: number): unknown => verification(scores, labels, { seed, resamples: 30 });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it.each([
    { what: 'one class', scores: [1, 2], labels: [1, 1], options: { seed: 0 }, code: 'BAD_INPUT' },
    { what: 'NaN', scores: [1, NaN], labels: [1, 0], options: { seed: 0 }, code: 'NOT_FINITE' },
    { what: 'a rate of 2', scores: [1, 2], labels: [1, 0], options: { seed: 0, falseAcceptRates: [2] }, code: 'BAD_OPTION' },
    { what: 'a seed of NaN', scores: [1, 2], labels: [1, 0], options: { seed: NaN }, code: 'BAD_OPTION' },
    { what: 'a pair without people', scores: [1, 2], labels: [1, 0], options: { seed: 0, identities: [] }, code: 'BAD_INPUT' },
    {
      what: 'people of whom hardly any draw has both classes',
      scores: [1, 2],
      labels: [1, 0],
      options: { seed: 0, identities: [['a', 'a'] as const, ['b', 'c'] as const] },
      code: 'BAD_INPUT',
    },
  ])('refuses $what', ({ scores, labels, options, code }) => {
    expect(() => verification(scores, labels, options)).toThrow(expect.objectContaining({ code }));
  });
});
