import type { Explanation } from '@verilens/core';
import { expect, it } from 'vitest';
import { explanationHtml } from '../src/index.ts';
import { encode, picture } from './fixtures.ts';

const hostile = '"><script>alert(1)</script>';
const explanation: Explanation = {
  method: 'rise',
  objective: { class: 0 },
  saliency: { rows: 1, columns: 2, values: Float32Array.of(1, -0.5) },
  fidelity: {
    deletion: 0.2,
    insertion: 0.7,
    random: { deletion: 0.5, insertion: 0.45 },
    steps: 2,
    cells: 4,
    fill: { kind: 'blur', sigmaPx: 3 },
    empty: 0.05,
    curves: {
      deletion: [0.9, 0.1, 0.05],
      insertion: [0.05, 0.8, 0.9],
      random: { deletion: [0.9, 0.5, 0.05], insertion: [0.05, 0.5, 0.9] },
    },
  },
  baseline: { kind: 'constant', rgb: [128, 128, 128] },
  value: 0.9,
  modelRuns: 321,
  figures: { surrogateR2: 0.81 },
  device: 'cpu',
  durationMs: 1500,
};
const item = {
  name: hostile,
  image: picture(),
  model: { name: hostile, outputs: [hostile] },
  explainer: 'explainers-classic',
  explanation,
};

it('shows the picture, both signs of the map, curves, figures and what a map means, and runs nothing', async () => {
  const page = await explanationHtml(item, { encode, date: new Date(0), generator: 'verilens test' });
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(3);
  expect(page).toContain('Speaks against it');
  expect(page.match(/<polyline class="own"/g)).toHaveLength(2);
  expect(page.match(/<polyline class="chance"/g)).toHaveLength(2);
  expect(page).toContain('costs more, and showing it gives more');
  expect(page).toContain('0.2 (random 0.5)');
  expect(page).toContain('Surrogate r2');
  expect(page).toContain('a blur of 3 pixels');
  expect(page).toContain('321 pictures judged on cpu in 1.5 s');
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3)/);
});

it('warns of a map no better than a random one, and says when nothing was measured', async () => {
  const fidelity = { ...explanation.fidelity!, deletion: 0.6, insertion: 0.3 };
  const bad = await explanationHtml({ ...item, explanation: { ...explanation, fidelity } }, { encode });
  expect(bad).toContain('do not rely on it');
  const { fidelity: _, ...unmeasured } = explanation;
  const plain = await explanationHtml({ ...item, explanation: unmeasured }, { encode });
  expect(plain).toContain('Its fidelity was not measured');
  expect(plain).not.toContain('<polyline');
});
