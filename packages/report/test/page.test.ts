import { describe, expect, it } from 'vitest';
import { reportHtml, type ReportItem, scoreText } from '../src/index.ts';
import { encode, picture, result } from './fixtures.ts';

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>.mp4';

const judged: ReportItem = {
  name: 'a.mp4',
  media: { mimeType: 'video/mp4', width: 640, height: 360, durationMs: 1000, sha256: 'ab'.repeat(32) },
  result: result(),
  still: { image: picture(), timestampMs: 500, regions: result().regions },
};

describe('reportHtml', () => {
  it('says the verdict in words, each model, the segments, the file and the device', async () => {
    const page = await reportHtml([judged], { encode });
    for (const text of [
      'Manipulated',
      'probe/temporal',
      'the face is too small',
      '0.93',
      '1 of 2 segments',
      'Face 2',
      'a.mp4',
      'abab',
      'Judged on cpu in 321 ms',
      'What a verdict can and cannot mean',
    ]) {
      expect(page, text).toContain(text);
    }
  });

  it('escapes file names, messages, reasons and cards', async () => {
    const card = {
      name: hostile,
      version: hostile,
      sha256: hostile,
      licence: hostile,
      inputs: [],
      outputs: [],
      notes: [hostile],
      paper: { title: hostile, venue: hostile, year: 2022, url: `javascript:${hostile}` },
    };
    const page = await reportHtml(
      [
        { ...judged, name: hostile },
        { name: hostile, failure: { code: 'BAD_INPUT', message: hostile, remedy: hostile } },
        {
          name: 'b',
          result: result({
            status: 'INCONCLUSIVE',
            reason: hostile,
            models: [{ name: hostile, evidence: 'fused', score: 0.5, threshold: 0.7, status: 'INCONCLUSIVE' }],
          }),
        },
      ],
      { encode, title: hostile, generator: hostile, models: [{ name: hostile, version: hostile, cards: [card] }] },
    );
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/<img src=x/);
    expect(page).not.toMatch(/href="(?!#input-)/);
    expect(page.match(/&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThan(10);
  });

  it('loads nothing: a closed policy, every image inside, no script, no address in an attribute or style', async () => {
    const page = await reportHtml([judged], { encode });
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'`);
    const sources = [...page.matchAll(/ (?:src|href|action|srcset|data)="([^"]*)"/g)].map((match) => match[1]!);
    expect(sources.length).toBeGreaterThan(2);
    expect(sources.filter((source) => !source.startsWith('data:image/png;base64,') && !source.startsWith('#'))).toEqual([]);
    expect(page).not.toMatch(/url\(|@import|<script|<link|<iframe/);
  });

  it('shows a failed input with code, reason and remedy among judged ones', async () => {
    const page = await reportHtml(
      [judged, { name: 'cut.mp4', failure: { code: 'BAD_INPUT', message: 'the file ends early', remedy: 'Fetch it again.' } }],
      { encode },
    );
    for (const text of ['Not judged', 'the file ends early', 'Fetch it again.', 'BAD_INPUT', '2 inputs']) expect(page).toContain(text);
  });

  it('gives no score where there is none', async () => {
    const page = await reportHtml(
      [
        {
          name: 'sea.jpg',
          result: result({
            status: 'NOT_APPLICABLE',
            score: null,
            models: [],
            segments: [],
            regions: [],
            evidence: [],
            reason: 'No face was found.',
          }),
        },
      ],
      { encode },
    );
    expect(page).toContain('Not applicable');
    expect(page).toContain('No face was found.');
    expect(page).not.toMatch(/class="meter|class="figure/);
  });

  it('says when the run was cut short, and when there is nothing', async () => {
    expect(await reportHtml([], { encode, incomplete: true })).toMatch(/interrupted[\s\S]*No input was judged/);
  });

  it('refuses an encoder that gives something else than an image', async () => {
    await expect(reportHtml([judged], { encode: () => Promise.resolve(new Uint8Array([60, 115])) })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      got: '3c 73',
    });
  });
});

it('never rounds a score up to certainty or over its threshold', () => {
  expect([0.999, 1, 0.699, 0.29, -1].map(scoreText)).toEqual(['0.99', '1.00', '0.69', '0.29', '0.00']);
});
