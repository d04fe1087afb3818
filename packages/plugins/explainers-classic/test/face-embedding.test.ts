import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Explainer, Image, Runtime } from '@verilens/core';
import { type OnnxModel, openOnnxModel, similarityTo } from '@verilens/explain';
import { native } from '@verilens/runtime-native';
import { cloneImage, createImage, fillRect } from '@verilens/vision';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainersClassic } from '../src/index.ts';

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('faceplugin-face-recognition-js/package.json'));

/** A drawn head: no person is needed to ask a network what its answer rests on. */
function head(): Image {
  const image = createImage(112, 112, [90, 110, 140]);
  fillRect(image, { x: 26, y: 14, width: 60, height: 90 }, [205, 160, 130]);
  for (const x of [36, 64]) fillRect(image, { x, y: 44, width: 12, height: 6 }, [40, 30, 30]);
  fillRect(image, { x: 52, y: 56, width: 8, height: 18 }, [180, 130, 105]);
  return fillRect(image, { x: 42, y: 84, width: 28, height: 6 }, [150, 60, 60]);
}

let runtime: Runtime;
let model: OnnxModel;
let explainer: Explainer;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  const bytes = new Uint8Array(readFileSync(join(folder, 'model', 'fr_feature.onnx')));
  model = await openOnnxModel(bytes, {
    runtime,
    name: 'fr_feature',
    description: { divide: 128, mean: [127 / 128, 127 / 128, 127 / 128] },
  });
  explainer = await explainersClassic({ occlusion: { cells: 8, window: 2 }, integratedGradients: { steps: 8, maxSteps: 64 } }).create({
    runtime,
  });
});
afterAll(async () => {
  await model.dispose();
  await runtime.dispose();
});

it("explains a third party's face embedding by its likeness to a reference", async () => {
  const [reference] = await model.score([head()]);
  expect([model.outputs.length, model.size]).toEqual([512, { width: 112, height: 112 }]);
  // the same head, its lower right quarter grey: that is where the two are unlike
  const other = fillRect(cloneImage(head()), { x: 56, y: 56, width: 56, height: 56 }, [128, 128, 128]);
  const objective = similarityTo(reference!);
  const explained = await explainer.explain(model, other, objective, { method: 'occlusion', fidelity: { cells: 8, steps: 8 } });
  expect(explained.value).toBeLessThan(0.95);
  expect(explained.objective).toBe(objective);
  // hiding what is grey already costs nothing
  const { values, rows, columns } = explained.saliency;
  const mean = (inside: boolean): number => {
    const some = values.filter((_, k) => (Math.floor(k / columns) > rows / 2 && k % columns > columns / 2) === inside);
    return some.reduce((sum, value) => sum + Math.abs(value), 0) / some.length;
  };
  expect(mean(true)).toBeLessThan(0.3 * mean(false));
  expect(explained.fidelity!.deletion).toBeLessThan(explained.fidelity!.random.deletion);
});

it('gives it gradients, complete, and a Grad-CAM of its last convolution', async () => {
  const [reference] = await model.score([head()]);
  const other = fillRect(cloneImage(head()), { x: 20, y: 84, width: 72, height: 28 }, [30, 30, 30]);
  const objective = similarityTo(reference!);
  const { figures, saliency } = await explainer.explain(model, other, objective, { method: 'integrated-gradients', fidelity: false });
  expect(saliency.values.length).toBe(112 * 112);
  expect(figures['completenessGap']).toBeLessThan(0.01);
  const cam = await explainer.explain(model, other, objective, { method: 'grad-cam', fidelity: false });
  expect(cam.saliency.values.every((value) => value >= 0 && value <= 1)).toBe(true);
  // the network ends in convolutions of one cell, which would show nothing
  expect([cam.saliency.rows, cam.saliency.columns]).toEqual([7, 7]);
});
