import type { Calibration } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { mostSuspicious } from '../src/suspects.ts';
import { clipScore, judgeVideo, trackLogit, type Witness } from '../src/verdict.ts';

const calibration: Calibration = {
  data: 'made for this test',
  scale: 1,
  offset: 0,
  manipulatedAt: 0.9,
  authenticBelow: 0.6,
  falseAlarmRate: 0.01,
};
const witness = (name: string, evidence: 'temporal' | 'spatial', tracks: Witness['tracks']): Witness => ({
  name,
  evidence,
  calibration,
  tracks,
});

describe('judgeVideo', () => {
  it('is not applicable without a face', () => {
    const verdict = judgeVideo([witness('t', 'temporal', []), witness('s', 'spatial', [])]);
    expect(verdict).toMatchObject({ status: 'NOT_APPLICABLE', score: null });
    expect(verdict.reason).toMatch(/no face/);
  });

  it('takes the strongest witness and the most suspicious face', () => {
    const calm = { clips: 50, sum: -200 };
    const forged = { clips: 50, sum: 200 };
    expect(judgeVideo([witness('t', 'temporal', [calm]), witness('s', 'spatial', [calm])]).status).toBe('AUTHENTIC');
    expect(judgeVideo([witness('t', 'temporal', [calm, forged]), witness('s', 'spatial', [calm])]).status).toBe('MANIPULATED');
    expect(judgeVideo([witness('t', 'temporal', [calm]), witness('s', 'spatial', [forged])]).status).toBe('MANIPULATED');
  });

  it('is inconclusive between the limits', () => {
    expect(
      judgeVideo([witness('t', 'temporal', [{ clips: 100, sum: 130 }]), witness('s', 'spatial', [{ clips: 9, sum: -90 }])]).status,
    ).toBe('INCONCLUSIVE');
  });

  it('trusts one clip less than many that agree', () => {
    const one = trackLogit(calibration, { clips: 1, sum: 6 });
    const many = trackLogit(calibration, { clips: 100, sum: 600 });
    expect(one).toBeLessThan(4);
    expect(many).toBeGreaterThan(5.9);
  });

  it('obeys a threshold given by hand', () => {
    const tracks = [{ clips: 100, sum: 130 }];
    expect(judgeVideo([witness('t', 'temporal', tracks)], 0.5)).toMatchObject({ status: 'MANIPULATED', threshold: 0.5 });
    expect(judgeVideo([witness('t', 'temporal', tracks)], 0.99)).toMatchObject({ status: 'INCONCLUSIVE', threshold: 0.99 });
  });
});

it('scores a clip on the fused scale', () => {
  expect(
    clipScore([
      { calibration, logit: -8 },
      { calibration, logit: 8 },
    ]),
  ).toBeGreaterThan(0.9);
  expect(
    clipScore([
      { calibration, logit: -8 },
      { calibration, logit: -8 },
    ]),
  ).toBeLessThan(0.01);
});

it('keeps the most suspicious in order and no more', () => {
  const suspects = mostSuspicious<string>(2);
  for (const [score, name] of [
    [0.2, 'a'],
    [0.9, 'b'],
    [0.5, 'c'],
    [0.7, 'd'],
  ] as const)
    suspects.offer(score, name);
  expect(suspects.best().map(({ value }) => value)).toEqual(['b', 'd']);
  const none = mostSuspicious<string>(0);
  none.offer(1, 'x');
  expect(none.best()).toEqual([]);
});
