import { describe, expect, it } from 'vitest';
import type { DetectionResult } from '../src/detector.ts';
import { checkDetectionResult, fuse, fuseByEvidence, rescale, type FusionMember } from '../src/fusion.ts';

const member = (
  name: string,
  score: number | null,
  threshold: number,
  status: FusionMember['status'],
  falseAlarmRate?: number,
): FusionMember => ({
  name,
  score,
  threshold,
  status,
  falseAlarmRate,
});

describe('rescale', () => {
  it('puts the threshold on the target and keeps ends and order', () => {
    for (const threshold of [0.05, 0.5, 0.93, 1, 0]) {
      for (const target of [0.2, 0.5]) {
        expect(rescale(0, threshold, target)).toBe(threshold === 0 ? target : 0);
        expect(rescale(1, threshold, target)).toBe(1);
        if (threshold < 1) expect(rescale(threshold, threshold, target)).toBeCloseTo(target, 14);
        let before = -1;
        for (let step = 0; step <= 100; step++) {
          const moved = rescale(step / 100, threshold, target);
          expect(moved).toBeGreaterThanOrEqual(before);
          expect(moved >= target).toBe(step / 100 >= threshold);
          before = moved;
        }
      }
    }
  });

  it('changes nothing when the threshold is there already', () => {
    expect(rescale(0.3456789, 0.7, 0.7)).toBe(0.3456789);
  });
});

describe('fuse', () => {
  it('keeps the score and threshold of a single detector', () => {
    expect(fuse([member('a', 0.31, 0.73, 'AUTHENTIC', 0.01)])).toMatchObject({
      status: 'AUTHENTIC',
      score: 0.31,
      threshold: 0.73,
      decidedBy: 'a',
      falseAlarmRate: 0.01,
    });
  });

  it("takes the strongest finding in terms of each one's own threshold", () => {
    const fused = fuse([member('high but below', 0.85, 0.9, 'INCONCLUSIVE'), member('low but above', 0.4, 0.2, 'MANIPULATED')]);
    expect(fused).toMatchObject({ status: 'MANIPULATED', decidedBy: 'low but above', threshold: 0.5 });
    expect(fused.score).toBeCloseTo(0.5 + (0.2 / 0.8) * 0.5, 14);
  });

  it.each([
    { members: ['AUTHENTIC', 'AUTHENTIC'] as const, failed: [], status: 'AUTHENTIC' },
    { members: ['AUTHENTIC', 'INCONCLUSIVE'] as const, failed: [], status: 'INCONCLUSIVE' },
    { members: ['AUTHENTIC', 'NOT_APPLICABLE'] as const, failed: [], status: 'AUTHENTIC' },
    { members: ['MANIPULATED', 'INCONCLUSIVE', 'AUTHENTIC'] as const, failed: [], status: 'MANIPULATED' },
    { members: ['MANIPULATED'] as const, failed: ['x'], status: 'MANIPULATED' },
    { members: ['AUTHENTIC'] as const, failed: ['x'], status: 'INCONCLUSIVE' },
    { members: ['NOT_APPLICABLE'] as const, failed: ['x'], status: 'INCONCLUSIVE' },
    { members: ['NOT_APPLICABLE', 'NOT_APPLICABLE'] as const, failed: [], status: 'NOT_APPLICABLE' },
    { members: [] as const, failed: [], status: 'NOT_APPLICABLE' },
  ])('$members with failures $failed is $status', ({ members, failed, status }) => {
    const scores = { AUTHENTIC: 0.1, INCONCLUSIVE: 0.4, MANIPULATED: 0.8, NOT_APPLICABLE: null };
    const fused = fuse(
      members.map((own, index) => member(`m${index}`, scores[own], 0.5, own)),
      failed,
    );
    expect(fused.status).toBe(status);
    expect(fused.score === null).toBe(members.every((own) => own === 'NOT_APPLICABLE'));
    if (fused.score !== null) expect(fused.score >= fused.threshold).toBe(status === 'MANIPULATED');
  });

  it('adds up false-alarm rates, and states none when one is unknown', () => {
    expect(fuse([member('a', 0.1, 0.5, 'AUTHENTIC', 0.01), member('b', 0.1, 0.5, 'AUTHENTIC', 0.02)]).falseAlarmRate).toBeCloseTo(0.03, 14);
    expect(fuse([member('a', 0.1, 0.5, 'AUTHENTIC', 0.01), member('b', 0.1, 0.5, 'AUTHENTIC')]).falseAlarmRate).toBeUndefined();
  });
});

it('keeps kinds of evidence apart', () => {
  const model = (name: string, evidence: 'temporal' | 'spatial', score: number | null) =>
    ({
      name,
      evidence,
      score,
      threshold: 0.5,
      status: score === null ? 'NOT_APPLICABLE' : score >= 0.5 ? 'MANIPULATED' : 'AUTHENTIC',
    }) as const;
  const kinds = fuseByEvidence([
    model('a/t', 'temporal', 0.2),
    model('a/s', 'spatial', 0.9),
    model('b/t', 'temporal', 0.3),
    model('c/s', 'spatial', null),
  ]);
  expect(kinds).toEqual([
    { evidence: 'temporal', score: 0.3, threshold: 0.5, status: 'AUTHENTIC', models: ['a/t', 'b/t'] },
    { evidence: 'spatial', score: 0.9, threshold: 0.5, status: 'MANIPULATED', models: ['a/s', 'c/s'] },
  ]);
});

describe('checkDetectionResult', () => {
  const good: DetectionResult = {
    status: 'AUTHENTIC',
    score: 0.2,
    threshold: 0.5,
    models: [],
    segments: [{ startMs: 0, endMs: 9, score: 0.1 }],
    regions: [],
    evidence: [],
    device: 'cpu',
    durationMs: 1,
  };
  it.each([
    { score: NaN },
    { score: 1.1 },
    { score: null },
    { threshold: -1 },
    { status: 'MANIPULATED' as const },
    { status: 'NOT_APPLICABLE' as const },
    { segments: [{ startMs: 5, endMs: 1, score: 0 }] },
    {
      segments: [
        { startMs: 5, endMs: 6, score: 0 },
        { startMs: 1, endMs: 2, score: 0 },
      ],
    },
    { segments: [{ startMs: 0, endMs: 1, score: NaN }] },
    { regions: [{ box: { x: 0, y: 0, width: 1, height: 1 }, score: 2, timestampMs: 0 }] },
  ])('refuses %o', (change) => {
    expect(checkDetectionResult(good, 'x')).toBe(good);
    expect(() => checkDetectionResult({ ...good, ...change }, 'x')).toThrow(expect.objectContaining({ code: 'BAD_PLUGIN', place: 'x' }));
  });
});
