import type { Explainer, ExplainOptions, Explanation, Runtime } from '@verilens/core';
import { type OnnxModel, openOnnxModel, shuffledParameters } from '@verilens/explain';
import { pointingGame, randomisationCheck } from '@verilens/metrics';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { colourPatches, colourPatchModel, expectAllClose, PATCH_LABELS } from '@verilens/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainersClassic } from '../src/index.ts';

const METHODS = ['occlusion', 'rise', 'lime', 'gradient-input', 'integrated-gradients', 'grad-cam'] as const;
const description = { labels: PATCH_LABELS };
const OPTIONS = { rise: { masks: 600 }, lime: { samples: 400 } };

let runtime: Runtime;
let model: OnnxModel;
let explainer: Explainer;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  model = await openOnnxModel(colourPatchModel(), { runtime, description, name: 'patches' });
  explainer = await explainersClassic(OPTIONS).create({ runtime });
});
afterAll(async () => {
  await model.dispose();
  await runtime.dispose();
});

const explain = (seed: number, colour: string, options: ExplainOptions): Promise<Explanation> =>
  explainer.explain(model, colourPatches(seed).image, { score: colour }, { seed, ...options });

describe.each(METHODS)('%s on a network whose truth is known', (method) => {
  it('points at the red patch for red, at the blue one for blue, better than chance', async () => {
    for (const seed of [1, 2, 3]) {
      for (const colour of ['red', 'blue'] as const) {
        const { saliency, fidelity } = await explain(seed, colour, { method });
        const { hit, inside, chance } = pointingGame(saliency, colourPatches(seed)[colour]);
        // a superpixel may reach a pixel beyond the patch
        expect(hit, `${colour}, seed ${seed}`).toBeGreaterThan(0.8);
        expect(inside).toBeGreaterThan(4 * chance);
        expect(fidelity!.deletion).toBeLessThan(0.7 * fidelity!.random.deletion);
        expect(fidelity!.insertion).toBeGreaterThan(1.3 * fidelity!.random.insertion);
      }
    }
  });

  it('agrees with itself on WASM', async () => {
    await using web = await wasm({ device: 'wasm', threads: 1 });
    await using there = await openOnnxModel(colourPatchModel(), { runtime: web, description });
    await using remote = await explainersClassic(OPTIONS).create({ runtime: web });
    const options = { method, seed: 5 } as const;
    const { image } = colourPatches(5);
    const [one, two] = [
      await explainer.explain(model, image, { class: 0 }, options),
      await remote.explain(there, image, { class: 0 }, options),
    ];
    expectAllClose(one.saliency.values, two.saliency.values, { atol: 1e-4 });
    expectAllClose([one.fidelity!.deletion, one.fidelity!.insertion], [two.fidelity!.deletion, two.fidelity!.insertion], { atol: 1e-4 });
  });
});

it('integrated gradients add up to the difference of the scores within 1 %, or say by how much they miss', async () => {
  for (const seed of [1, 2, 3]) {
    const { figures, value } = await explain(seed, 'red', { method: 'integrated-gradients', fidelity: false });
    expect(figures['completenessGap']).toBeLessThan(0.01);
    expect(figures['attributionSum']).toBeCloseTo(value, 1);
  }
  await using rough = await explainersClassic({ integratedGradients: { steps: 1, maxSteps: 1 } }).create({ runtime });
  const { figures } = await rough.explain(
    model,
    colourPatches(1).image,
    { score: 'red' },
    { method: 'integrated-gradients', fidelity: false },
  );
  expect(figures['completenessGap']).toBeGreaterThan(0.01);
  expect(figures['steps']).toBe(1);
});

it('lime says how well its linear model repeats the network', async () => {
  const { figures } = await explain(1, 'red', { method: 'lime', fidelity: false });
  expect(figures['surrogateR2']).toBeGreaterThan(0.8);
  expect(figures['surrogateR2']).toBeLessThanOrEqual(1);
});

it('grad-cam takes a layer by name', async () => {
  await using named = await explainersClassic({ gradCam: { layer: '/colours' } }).create({ runtime });
  const { image, red } = colourPatches(2);
  const { saliency } = await named.explain(model, image, { class: 0 }, { method: 'grad-cam', fidelity: false });
  expect(pointingGame(saliency, red).hit).toBe(1);
});

it('every map changes when the parameters are shuffled', async () => {
  const { image } = colourPatches(1);
  const others = await Promise.all(
    [11, 12, 13].map((seed) => openOnnxModel(shuffledParameters(colourPatchModel(), model.shape, seed), { runtime, description })),
  );
  for (const method of METHODS) {
    const own = await explainer.explain(model, image, { score: 'red' }, { method, fidelity: false });
    const maps = [];
    for (const other of others) maps.push((await explainer.explain(other, image, { score: 'red' }, { method, fidelity: false })).saliency);
    expect(randomisationCheck(own.saliency, maps).mean, method).toBeLessThan(0.6);
  }
  await Promise.all(others.map((other) => other.dispose()));
});

it('refuses options out of range and unknown methods when it is created', async () => {
  for (const options of [
    { rise: { masks: 1 } },
    { lime: { penalty: 0 } },
    { occlusion: { cells: 4, window: 5 } },
    { integratedGradients: { steps: 0.5 } },
  ])
    await expect(explainersClassic(options).create({ runtime })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(explainersClassic({ method: 'shap' as never }).create({ runtime })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
});
