import type { Identification, RecognizedTrack, SimilarityCalibration } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { recognitionHtml, type RecognitionReportOptions } from '../src/index.ts';
import { rate } from '../src/recognition-page.ts';
import { encode, picture } from './fixtures.ts';

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
const calibration: SimilarityCalibration = {
  format: 'verilens-similarity/1',
  model: 'm/1',
  data: [hostile],
  command: 'none',
  pairs: { same: 117, different: 1453 },
  identities: 37,
  scale: 1,
  offset: 0,
  impostors: [[0, 1]],
  tail: { from: 0, rate: 1, excess: 1 },
  measuredDownTo: 0.0007,
};
const options: RecognitionReportOptions = {
  encode,
  calibration,
  limit: 0.01,
  pictureOf: (identity) => (identity === 'ann' ? picture() : undefined),
  gallery: { name: hostile, identities: 2 },
};

function track(identity: string | null, candidate: string, falseAcceptRate: number): RecognizedTrack {
  const candidates = [{ identity: candidate, distance: 0.4, similarity: 0.987, falseAcceptRate, extrapolated: falseAcceptRate < 0.0007 }];
  const identification: Identification = { identity, candidates, gallerySize: 2, device: 'cpu', durationMs: 1 };
  const box = { x: 0, y: 0, width: 8, height: 8 };
  return { trackId: 0, startMs: 0, endMs: 2000, looks: 5, timestampMs: 500, box, picture: picture(), identification };
}

const recognition = (...tracks: RecognizedTrack[]) => ({
  tracks,
  frames: 5,
  rejected: [{ reason: hostile, count: 3 }],
  device: 'cpu' as const,
  durationMs: 12,
});

describe('recognitionHtml', () => {
  it('shows matches side by side, with their calibrated figures', async () => {
    const page = await recognitionHtml([{ name: 'a.mp4', recognition: recognition(track('ann', 'ann', 2e-5)) }], options);
    for (const text of [
      'ann',
      '0.987',
      '2.0e-5',
      'extrapolated',
      '0.600',
      '5 looks',
      '117 pairs of one person',
      'A match is a measurement',
    ]) {
      expect(page, text).toContain(text);
    }
    expect(page.match(/<img /g)!.length).toBe(2);
    expect(page).toContain('match</span>');
  });

  it('marks the one who is named, not whoever else is near enough', async () => {
    const own = track('ann', 'ann', 2e-5);
    const { identification } = own;
    const near = { ...identification.candidates[0]!, identity: 'eve', falseAcceptRate: 0.005 };
    const both = { ...own, identification: { ...identification, candidates: [...identification.candidates, near] } };
    const page = await recognitionHtml([{ name: 'a.mp4', recognition: recognition(both) }], options);
    expect(page).toContain('eve');
    expect(page.match(/match<\/span>/g)).toHaveLength(1);
  });

  it('says unknown, and does not dress up the nearest as a match', async () => {
    const page = await recognitionHtml([{ name: 'a.mp4', recognition: recognition(track(null, 'bob', 0.3)) }], options);
    expect(page).toContain('Unknown');
    expect(page).not.toContain('match</span>');
    expect(page).toContain('no picture in the gallery');
  });

  it('says that nobody was found, what failed, and that it was interrupted', async () => {
    const items = [
      { name: 'b.jpg', recognition: recognition() },
      { name: 'c.jpg', failure: { code: 'BAD_INPUT', message: 'broken' } },
    ];
    const page = await recognitionHtml(items, { ...options, incomplete: true });
    for (const text of ['Nobody was found', 'broken', 'interrupted']) expect(page).toContain(text);
  });

  it('escapes names, reasons and data', async () => {
    const page = await recognitionHtml([{ name: hostile, recognition: recognition(track(hostile, hostile, 0.001)) }], options);
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/<img src=x/);
  });

  it('keeps the size of small rates', () => {
    expect([rate(0.25), rate(0.001), rate(3.14e-7)]).toEqual(['0.2500', '0.0010', '3.1e-7']);
  });
});
