import { pathToFileURL } from 'node:url';
import type { Runtime } from '@verilens/core';
import { explainWith, type SaliencyMethod } from '@verilens/explain';
import { native } from '@verilens/runtime-native';
import { createImage, fillRect } from '@verilens/vision';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHubClassifier } from '../src/index.ts';
import { CONFIG, hubFolder, hubModel, LABELS, PREPROCESSOR, SIDE } from './hub-folder.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

const picture = fillRect(createImage(60, 40, [60, 60, 60]), { x: 0, y: 0, width: 30, height: 40 }, [40, 60, 230]);

it('reads a folder, by path or address, and classifies by its labels', async () => {
  const folder = await hubFolder();
  for (const place of [folder, `${folder}/`, pathToFileURL(folder)]) {
    await using classifier = await openHubClassifier(place, { runtime });
    expect([classifier.labels, classifier.kind, classifier.model.size]).toEqual([LABELS, 'vit', { width: SIDE, height: SIDE }]);
    const ranked = await classifier.classify(picture);
    expect(ranked[0]!.label).toBe('blue thing');
    expect(ranked.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
    expect(await classifier.classify(picture, { top: 1 })).toHaveLength(1);
  }
});

it('prepares by the numbers in the folder: logits by hand', async () => {
  await using classifier = await openHubClassifier(await hubFolder({ config: { ...CONFIG, problem_type: 'multi_label_classification' } }), {
    runtime,
  });
  const { shape } = classifier.model;
  expect([shape.divide, shape.mean, shape.std, shape.activation]).toEqual([255, [0.5, 0.4, 0.3], [0.5, 0.25, 0.5], 'sigmoid']);
  const [light, dark] = [createImage(10, 10, [255, 0, 0]), createImage(10, 10, [0, 0, 0])];
  const [[red], [none]] = [await classifier.model.score([classifier.view(light)]), await classifier.model.score([classifier.view(dark)])];
  // (1 - 0.5) / 0.5 = 1 through about 4 and about 4; black is below 0 and cut off
  const logit = (p: number): number => Math.log(p / (1 - p));
  expect(Math.abs(logit(red![0]!) - logit(none![0]!) - 16)).toBeLessThan(1.5);
});

it('is an explainable model: the blue half, with gradients', async () => {
  await using classifier = await openHubClassifier(await hubFolder(), { runtime });
  const slope: SaliencyMethod = {
    name: 'slope',
    needs: 'gradient',
    async run({ image, gradients }) {
      const values = new Float64Array(image.width);
      await gradients(
        1,
        (_, into) => void into.fill(0.6),
        (_, _value, gradient) => gradient.forEach((value, k) => (values[k % image.width]! += value)),
      );
      return { rows: 1, columns: image.width, values };
    },
  };
  const request = { image: classifier.view(picture), objective: { score: 'blue thing' }, options: {}, place: 'test' } as const;
  const { value, saliency } = await explainWith(slope, { model: classifier.model, ...request });
  expect(value).toBeGreaterThan(0.5);
  expect(saliency.values.some((cell) => cell !== 0)).toBe(true);
});

it('resizes and cuts as old and new spellings say', async () => {
  const sizeOf = async (preprocessor: Record<string, unknown>, width: number, height: number) => {
    await using classifier = await openHubClassifier(await hubFolder({ preprocessor: { ...PREPROCESSOR, ...preprocessor } }), { runtime });
    const seen = classifier.view(createImage(width, height));
    return [seen.width, seen.height];
  };
  // the network fixes 24 x 24; the middle of a larger picture is cut out
  expect(await sizeOf({ size: { shortest_edge: 30 }, do_center_crop: true, crop_size: { height: 24, width: 24 } }, 90, 60)).toEqual([
    24, 24,
  ]);
  expect(await sizeOf({ size: 30, do_center_crop: true, crop_size: 24 }, 10, 400)).toEqual([24, 24]);
  expect(await sizeOf({ size: { shortest_edge: 24 }, crop_pct: 0.875 }, 64, 48)).toEqual([24, 24]);
  const middle = fillRect(createImage(90, 30), { x: 30, y: 0, width: 30, height: 30 }, [255, 255, 255]);
  const cut = { size: { shortest_edge: 24 }, do_center_crop: true, crop_size: 24 };
  await using classifier = await openHubClassifier(await hubFolder({ preprocessor: { ...PREPROCESSOR, ...cut } }), { runtime });
  expect(classifier.view(middle).data.every((value) => value > 200)).toBe(true);
});

it('gives classes of one name their numbers', async () => {
  await using classifier = await openHubClassifier(
    await hubFolder({ config: { ...CONFIG, id2label: { 0: 'crane', 1: 'tench', 2: 'crane' } } }),
    {
      runtime,
    },
  );
  expect(classifier.labels).toEqual(['crane (0)', 'tench', 'crane (2)']);
});

it('says what is wrong with a folder, a file, a field and an answer', async () => {
  const open = async (files: Parameters<typeof hubFolder>[0], options = {}) =>
    openHubClassifier(await hubFolder(files), { runtime, ...options });
  await expect(openHubClassifier('nowhere/at-all', { runtime })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(open({ config: '{' })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  await expect(open({ config: { model_type: 'bert' } })).rejects.toMatchObject({
    code: 'BAD_MODEL',
    message: expect.stringContaining('id2label'),
  });
  await expect(open({ config: { ...CONFIG, id2label: { 0: 'a', 5: 'b' } } })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  await expect(open({ preprocessor: { ...PREPROCESSOR, image_std: [0, 1, 1] } })).rejects.toMatchObject({
    code: 'BAD_MODEL',
    message: expect.stringContaining('image_std'),
  });
  await expect(open({ preprocessor: { ...PREPROCESSOR, size: { longest: 3 } } })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  await expect(open({}, { weights: 'fp64' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(open({}, { weights: 'q8' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(open({ config: { ...CONFIG, id2label: { 0: 'a', 1: 'b' } } })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await using broken = await open({ model: hubModel({ broken: true }) });
  await expect(broken.classify(picture)).rejects.toMatchObject({ code: 'NOT_FINITE' });
});
