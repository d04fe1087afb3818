import { describe, expect, it } from 'vitest';
import { learningHtml, type LearningReport, predictionHtml } from '../src/index.ts';
import { encode, picture } from './fixtures.ts';

const hostile = '"><script>alert(1)</script>';
const date = new Date(0);

function report(overrides: Partial<LearningReport> = {}): LearningReport {
  return {
    learner: 'out.vl',
    method: 'cd2',
    device: 'cpu',
    sessions: [
      { name: '1-base', classes: ['cup', hostile], pictures: 20, known: 2, seconds: 1.2, accuracy: { all: 0.9, first: 0.9 } },
      { name: '2', classes: ['fork'], pictures: 5, known: 3, seconds: 0.4, accuracy: { all: 0.75, first: 0.7, later: 0.85 } },
    ],
    memory: { exemplars: 6, bytes: 73_728 },
    confusion: {
      labels: ['cup', hostile, 'fork'],
      counts: [
        [8, 1, 1],
        [0, 10, 0],
        [3, 0, 7],
      ],
    },
    kept: [
      { label: 'cup', image: picture() },
      { label: 'cup', image: picture() },
      { label: hostile, image: picture() },
    ],
    ...overrides,
  };
}

describe('learningHtml', () => {
  it('shows the curve, what is mixed up most first, and the kept pictures by class', async () => {
    const page = await learningHtml(report(), { encode, date });
    expect(page).toContain('aria-label="1-base: 90.0 %; 2: 75.0 %"');
    expect(page.match(/class="dot later"/g)).toHaveLength(1);
    expect(page).toContain('<td>fork</td><td>cup</td><td class="num">3 of 10</td><td class="num">30.0 %</td>');
    expect(page.match(/<figcaption>cup<\/figcaption>/g)).toHaveLength(1);
    expect(page.match(/<img /g)).toHaveLength(3);
    expect(page).toContain('6 pictures, 74 kB');
  });

  it('escapes every name', async () => {
    expect(await learningHtml(report({ learner: hostile, method: hostile }), { encode, date })).not.toContain('<script');
    const failure = { code: 'BAD_INPUT' as const, message: hostile };
    const items = [
      { name: hostile, image: picture(), labels: [{ label: hostile, score: 1 }] },
      { name: hostile, failure },
    ];
    const page = await predictionHtml(items, { encode, date, learner: hostile, known: 1, kept: [{ label: hostile, image: picture() }] });
    expect(page).not.toContain('<script');
    expect(page.match(/<img /g)).toHaveLength(2);
  });

  it('says when nothing was measured, nothing is kept, or the run was interrupted', async () => {
    const sessions = [{ name: '1', classes: ['a'], pictures: 1, known: 1, seconds: 0 }];
    const page = await learningHtml(report({ sessions, confusion: undefined, kept: [] }), { encode, date, incomplete: true });
    expect(page).toContain('was not measured');
    expect(page).not.toContain('The pictures that are kept');
    expect(page).not.toContain('What was called what');
    expect(page).toContain('The run was interrupted');
  });

  it('draws many classes as a picture, and few as a table', async () => {
    const labels = Array.from({ length: 500 }, (_, i) => `class ${i}`);
    const counts = labels.map((_, i) => labels.map((__, j) => (i === j ? 3 : i === j + 1 ? 1 : 0)));
    const page = await learningHtml(report({ confusion: { labels, counts } }), { encode, date });
    expect(page).toContain('viewBox="0 0 500 500"');
    expect(page.match(/<rect class="wrong"/g)).toHaveLength(499);
    expect(page).not.toContain('<div class="matrix">');
  });
});
