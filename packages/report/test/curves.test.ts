import { describe, expect, it } from 'vitest';
import { pooled } from '../src/curve.ts';
import { curvesHtml, type CurvePoint } from '../src/curves.ts';

const points = (count: number): CurvePoint[] =>
  Array.from({ length: count }, (_, i) => ({ step: i + 1, loss: 2 / (i + 1), learningRate: 1e-4, metrics: { accuracy: i / count } }));

describe('training curves', () => {
  it('show loss, every metric and the learning rate on a page that needs nothing else', () => {
    const page = curvesHtml(points(50), { title: 'stdt small', subtitle: 'cpu' });
    expect([...page.matchAll(/<figcaption><b>([^<]+)</g)].map((m) => m[1])).toEqual(['loss', 'accuracy', 'learning rate']);
    expect(page).toContain('first 2, last 0.04, lowest 0.04, highest 2');
    expect(page).toContain('1.00e-4');
    expect(page).not.toMatch(/<script|https?:|src=/);
  });

  it('pool long runs by mean and range', () => {
    const found = pooled(
      points(1000).map(({ step, loss }) => ({ at: step, value: loss })),
      10,
    );
    expect(found).toHaveLength(10);
    expect(found[0]).toMatchObject({ at: 50.5, low: 0.02, high: 2 });
    expect(curvesHtml(points(100_000), { title: 'long' }).length).toBeLessThan(60_000);
  });

  it('leave out what is not finite, and survive none and one', () => {
    const odd = [...points(3), { step: 4, loss: NaN, learningRate: Infinity, metrics: { accuracy: 0.5 } }];
    expect(curvesHtml(odd, { title: 'odd' })).not.toMatch(/NaN|Infinity/);
    expect(curvesHtml([], { title: 'none' })).toContain('No step was recorded');
    expect(curvesHtml(points(1), { title: 'one' })).toMatch(/points="500.0,110.0"/);
  });

  it('escape names', () => {
    expect(curvesHtml([{ step: 1, loss: 1, learningRate: 1, metrics: { '<b>': 1 } }], { title: '<i>' })).not.toMatch(/<i>|<b><b>/);
  });
});
