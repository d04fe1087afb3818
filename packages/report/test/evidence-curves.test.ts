import type { EvidenceCurve, EvidenceMap } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { jsonItem, reportHtml } from '../src/index.ts';
import { encode, evidenceMap, result } from './fixtures.ts';

const curve: EvidenceCurve = {
  title: 'Power <by> frequency',
  xLabel: 'cycles per pixel',
  yLabel: 'log power',
  series: [
    { name: 'this picture', x: [0, 0.25, 0.5], y: [4, 2, 1] },
    { name: 'real pictures', x: [0, 0.25, 0.5], y: [4, NaN, 2] },
    { name: 'nothing', x: [0], y: [1] },
  ],
};
const tiles: EvidenceMap = { ...evidenceMap([0, 0.5, 1, 0.2]), method: 'tiles', model: 'f2c' };

describe('evidence of whole pictures', () => {
  it('is drawn as curves and as a map of tiles, not as moments of a face', async () => {
    const page = await reportHtml([{ name: 'a.jpg', result: result({ evidence: [tiles], curves: [curve] }) }], { encode });
    expect(page).toContain('Power &lt;by&gt; frequency');
    expect(page).toContain('Where in the picture');
    expect(page).toContain('4 × 1 tiles, f2c');
    expect(page).not.toContain('Most suspicious moments');
    expect(page).not.toContain('Where in the face');
    // the largest value at the top of the plot, the smallest at the bottom; what is not finite is left out
    expect(page).toContain('points="52.0,10.0 340.0,154.0 628.0,226.0"');
    expect(page).toContain('points="52.0,10.0 628.0,154.0"');
    expect(page).not.toContain('>nothing<');
  });

  it('goes into JSON, with the methods that were asked', async () => {
    const item = jsonItem({
      name: 'a.jpg',
      result: result({ evidence: [tiles], curves: [curve] }),
      methods: [{ name: 'f2c', applied: true, why: 'it judges whole still images' }],
    });
    expect(item).toMatchObject({ curves: [{ title: curve.title }], evidence: [{ method: 'tiles' }], methods: [{ applied: true }] });
    expect(
      await reportHtml([{ name: 'a.jpg', result: result(), methods: [{ name: 'x', applied: false, why: 'a video' }] }], { encode }),
    ).toContain('not applied: a video');
  });
});
