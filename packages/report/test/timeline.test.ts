import { expect, it } from 'vitest';
import { style } from '../src/style.ts';
import { timeline, timelineBars } from '../src/timeline.ts';

const segments = Array.from({ length: 1000 }, (_, i) => ({ startMs: i * 100, endMs: i * 100 + 100, score: i === 777 ? 0.99 : 0.1 }));

it('pools long inputs and never loses the highest score or its time', () => {
  const bars = timelineBars(segments, 240);
  expect(bars.length).toBeLessThanOrEqual(240);
  const top = bars.find((bar) => bar.score === 0.99)!;
  expect(top.startMs).toBeLessThanOrEqual(77_700);
  expect(top.endMs).toBeGreaterThanOrEqual(77_800);
  expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(1000);
});

it('sorts by time and drops what is not a number', () => {
  expect(timelineBars([segments[2]!, { startMs: Number.NaN, endMs: 1, score: 1 }, segments[0]!]).map((bar) => bar.startMs)).toEqual([
    0, 200,
  ]);
});

it('draws one titled bar for each segment, coloured by the threshold', () => {
  const drawing = timeline(segments.slice(770, 780), 0.5).html;
  expect(drawing.match(/class="bar under"/g)).toHaveLength(9);
  expect(drawing.match(/class="bar over"/g)).toHaveLength(1);
  expect(drawing).toContain('<title>1:17.7 to 1:17.8: score 0.99</title>');
});

it('has its size to itself: a second rule for the same element would part the bars from the times below them', () => {
  expect(style.match(/(^|\})\.plot svg\{/gm)).toHaveLength(1);
});
