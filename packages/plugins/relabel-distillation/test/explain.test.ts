import type { ExplainableModel, Explainer, Runtime } from '@verilens/core';
import { type OnnxModel, openOnnxModel, shuffledParameters } from '@verilens/explain';
import { pointingGame, randomisationCheck } from '@verilens/metrics';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { colourPatches, colourPatchModel, expectAllClose, onnxBytes, PATCH_LABELS } from '@verilens/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relabelDistillation } from '../src/index.ts';

const description = { labels: PATCH_LABELS };

let runtime: Runtime;
let model: OnnxModel;
let explainer: Explainer;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  model = await openOnnxModel(colourPatchModel(), { runtime, description, name: 'patches' });
  explainer = await relabelDistillation().create({ runtime });
});
afterAll(async () => {
  await explainer.dispose();
  await model.dispose();
  await runtime.dispose();
});

it('points at the red patch for red, better than chance, and says how far its student can be believed', async () => {
  for (const seed of [1, 2, 3]) {
    const { image, red } = colourPatches(seed);
    const { saliency, fidelity, figures } = await explainer.explain(model, image, { score: 'red' }, { seed });
    const { inside, chance } = pointingGame(saliency, red);
    expect(inside, `seed ${seed}`).toBeGreaterThan(2 * chance);
    expect(fidelity!.deletion).toBeLessThan(fidelity!.random.deletion);
    expect(fidelity!.insertion).toBeGreaterThan(fidelity!.random.insertion);
    expect(figures['hardFidelity']).toBeGreaterThan(0.6);
    expect(figures['softFidelity']).toBeLessThanOrEqual(1);
    expect(figures['sigma']).toBeLessThanOrEqual(2);
  }
});

it('gives another map when the parameters are shuffled', async () => {
  const { image } = colourPatches(1);
  await using other = await openOnnxModel(shuffledParameters(colourPatchModel(), model.shape, 11), { runtime, description });
  const objective = { score: 'red' } as const;
  const [own, strange] = [
    await explainer.explain(model, image, objective, { fidelity: false }),
    await explainer.explain(other, image, objective, { fidelity: false }),
  ];
  expect(randomisationCheck(own.saliency, [strange.saliency]).mean).toBeLessThan(0.6);
});

it('agrees with itself on WASM', async () => {
  await using web = await wasm({ device: 'wasm', threads: 1 });
  await using there = await openOnnxModel(colourPatchModel(), { runtime: web, description });
  // bisection and labels are steps: a fixed distance keeps rounding from choosing another one
  const make = (on: Runtime) => relabelDistillation({ sigma: 1, neighbours: 100 }).create({ runtime: on });
  await using here = await make(runtime);
  await using remote = await make(web);
  const { image } = colourPatches(5);
  const options = { method: 'relabel-soft', seed: 5, fidelity: false } as const;
  const [one, two] = [await here.explain(model, image, { class: 0 }, options), await remote.explain(there, image, { class: 0 }, options)];
  expectAllClose(one.saliency.values, two.saliency.values, { atol: 5e-3 });
});

it('re-labels by class when the scores are probabilities, and moves the boundary when no label ever shifts', async () => {
  const { image } = colourPatches(2);
  const sure: ExplainableModel = {
    name: 'sure',
    outputs: ['yes', 'no'],
    score: async (images) =>
      images.map(({ data }) => {
        const no = 1e-4 * (1 - data[4 * 700]! / 256);
        return Float32Array.of(1 - no, no);
      }),
  };
  const { figures, saliency } = await explainer.explain(sure, image, { score: 'yes' }, { fidelity: false });
  expect(figures).toMatchObject({ keptShare: 1, boundaryMoved: 1, sigma: 2 });
  expect(saliency.values.some((value) => value !== 0)).toBe(true);
  const constant: ExplainableModel = { ...sure, score: async (images) => images.map(() => Float32Array.of(0.9, 0.1)) };
  const nothing = await explainer.explain(constant, image, { score: 'yes' }, { fidelity: false });
  expect(nothing.saliency.values.every((value) => Number.isFinite(value))).toBe(true);
});

it('refuses what it cannot explain: no picture input, a class that is not there, NaN, options, use after dispose', async () => {
  const { image } = colourPatches(1);
  const text = onnxBytes({
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 7] }],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 7] }],
  });
  await expect(openOnnxModel(text, { runtime })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  await expect(explainer.explain(model, image, { class: 3 })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  let asked = 0;
  const failing: ExplainableModel = {
    name: 'failing',
    outputs: ['a', 'b'],
    score: async (images) => images.map(() => (++asked > 60 ? Float32Array.of(NaN, 1) : Float32Array.of(0.5, 0.5))),
  };
  await expect(explainer.explain(failing, image, { class: 0 })).rejects.toMatchObject({ code: 'NOT_FINITE' });
  for (const options of [
    { neighbours: 3 },
    { grid: 1 },
    { sigma: 0 },
    { temperature: 0 },
    { soft: 2 },
    { map: 'x' as never },
    { smooth: -1 },
  ])
    await expect(relabelDistillation(options).create({ runtime })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(relabelDistillation({ method: 'shap' as never }).create({ runtime })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  const gone = await relabelDistillation().create({ runtime });
  await gone.dispose();
  await expect(gone.explain(model, image, { class: 0 })).rejects.toMatchObject({ code: 'DISPOSED' });
});
