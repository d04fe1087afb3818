import type { CheckpointStore, EvidenceReport, Runtime } from '@verilens/core';
import { exportInference, float32, globalAveragePool, concat, maxPool2d, module, mul } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import results from '../results/evidence.json' with { type: 'json' };
import { type HybridCard, modelName } from '../src/card.ts';
import { evidenceOn } from '../src/evidence.ts';
import { hybridOrderKd } from '../src/index.ts';
import { lessonsOf } from '../src/lessons.ts';
import { type HybridTrainingData, trainHybridOrder } from '../src/train.ts';
import { trainer } from '../src/trainer.ts';
import { drawnSet, shapePicture } from './drawn.ts';
import { TINY } from './tiny-recipe.ts';

const committed = results as unknown as EvidenceReport & { readonly seeds: readonly number[] };
const set = drawnSet(24);
let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

function memoryStore(): CheckpointStore & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return { files, read: async (name) => files.get(name), write: async (name, bytes) => void files.set(name, bytes) };
}

async function train(
  options: {
    seed?: number;
    data?: HybridTrainingData;
    checkpoints?: CheckpointStore;
    signal?: AbortSignal;
    onStep?: (step: number, steps: number) => void;
  } = {},
) {
  const { seed = 0, data, onStep, ...rest } = options;
  return trainHybridOrder(
    { pictures: set, ...data },
    { runtime, preset: 'small', seed, checkpointEvery: 5, onProgress: ({ step, steps }) => onStep?.(step, steps), ...rest },
    TINY,
  );
}

describe('lessons', () => {
  const lessons = lessonsOf(set, TINY, 0);

  it('leave every third class out, and share no picture', () => {
    expect(lessons.classes).toEqual(['bar', 'ring', 'lying bar', 'disc', 'corner', 'slope']);
    expect(lessons.leftOut).toEqual(['cross', 'two bars']);
    expect(lessons.train.labels.length).toBe(6 * 12 * 2);
    const seen = [lessons.known, lessons.strange, lessons.calibration].flatMap(({ high: { count, data } }) =>
      Array.from({ length: count }, (_, i) => data.slice(i * 784, (i + 1) * 784).join()),
    );
    expect(seen.length).toBe(6 * 8 + 2 * 8 + 2 * 8);
    expect(new Set(seen).size).toBe(seen.length);
    const unmoved = lessonsOf(set, { ...TINY, augmentation: { views: 1, shift: 0, flip: 0 } }, 0).train.high;
    const trained = Array.from({ length: unmoved.count }, (_, i) => unmoved.data.slice(i * 784, (i + 1) * 784).join());
    expect(trained.filter((picture) => seen.includes(picture))).toEqual([]);
  });

  it('say what a set lacks', () => {
    expect(() => lessonsOf({ ...set, classes: set.classes.slice(0, 5) }, TINY, 0)).toThrow(/six or more/);
    expect(() => lessonsOf({ ...set, classes: [...set.classes, 'star'] }, TINY, 0)).toThrow(/0 of star/);
  });
});

describe('training', () => {
  it('gives bit-identical weights for equal seeds, and after an interruption in the second stage', { timeout: 120_000 }, async () => {
    const whole = (await train()).models[0]!.card.sha256;
    expect((await train({ seed: 1 })).models[0]!.card.sha256).not.toBe(whole);
    const checkpoints = memoryStore();
    const stop = new AbortController();
    // 54 steps of the teacher come first
    await expect(train({ checkpoints, signal: stop.signal, onStep: (step) => step === 60 && stop.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect([...checkpoints.files.keys()]).toEqual(['teacher.safetensors', 'assistant.safetensors']);
    const steps: number[] = [];
    const { models } = await train({ checkpoints, onStep: (step, all) => steps.push(step, all) });
    expect(models[0]!.card.sha256).toBe(whole);
    expect(steps.slice(0, 2)).toEqual([61, 144]);
    expect(steps.slice(-2)).toEqual([144, 144]);
  });

  it('makes a model that the plugin takes, calibrated on other pictures of classes left out', { timeout: 120_000 }, async () => {
    const { models, summary } = await train();
    const { onnx, card } = models[0]!;
    await using recognizer = await hybridOrderKd({ model: { source: onnx, card: card as HybridCard } }).create({ runtime });
    expect(recognizer.model).toBe(modelName(card.sha256));
    expect(recognizer.labels).toEqual(lessonsOf(set, TINY, 0).classes);
    expect(recognizer.calibration!.pairs).toEqual({ same: 56, different: 64 });
    expect(summary['accuracy on trained classes']).toBeGreaterThan(0.5);
    const { labels } = await recognizer.classify(shapePicture(3, 999), { top: 2 });
    expect(labels.length).toBe(2);
  });

  it('trains on folders of pictures, one a class', async () => {
    const items = Array.from(set.labels, (label, i) => ({
      id: `${label}/${i}.png`,
      label,
      path: `${label}/${i}.png`,
      open: async () => shapePicture(label, i),
    }));
    const folders = { name: 'shapes', root: '.', classes: set.classes, items, skipped: [] };
    const { models } = await trainer.train(folders, { runtime, preset: 'small', seed: 0 });
    const card = models[0]!.card as HybridCard;
    expect(card.labels).toEqual(set.classes.filter((_, label) => label % 3 !== 2));
    expect(card.training!.data[0]).toBe('shapes');
  });

  it('takes a pretrained ONNX file as teacher, and says which cannot teach', { timeout: 120_000 }, async () => {
    // colour, 12 pixels: everything has to be fitted
    const teacher = (channels: number, rank4 = true): Uint8Array =>
      exportInference({
        module: module('pool', {}, (_, x) => x),
        params: new Map(),
        inputs: { image: float32(rank4 ? [1, channels, 12, 12] : [1, channels]) },
        forward: (_, { image }) => ({
          embedding: rank4 ? concat([globalAveragePool(image), globalAveragePool(mul(image, image))], 1) : image,
          pooled: rank4 ? maxPool2d(image, { size: 4 }) : image,
        }),
        target: 'native',
      });
    const own = (await train()).models[0]!;
    const taught = (await train({ data: { teacher: { onnx: teacher(3), output: 'pooled' } } })).models[0]!;
    expect(taught.card.sha256).not.toBe(own.card.sha256);
    expect(taught.card.training!.data).toContain('a pretrained teacher');
    await expect(train({ data: { teacher: { onnx: teacher(3, false) } } })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      got: 'image [1, 3]',
    });
    await expect(train({ data: { teacher: { onnx: teacher(1), output: 'none' } } })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  });

  it('names the presets it has, and what it can be trained on', async () => {
    await expect(trainer.train(undefined, { runtime, preset: 'smal', seed: 0 })).rejects.toMatchObject({
      code: 'UNKNOWN_NAME',
      remedy: 'Known: paper, small. Did you mean "small"?',
    });
    await expect(trainer.train([], { runtime, preset: 'small', seed: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(trainer.train({ items: [] }, { runtime, preset: 'small', seed: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('evidence', () => {
  it('runs its quick form, and reads finished runs again', { timeout: 120_000 }, async () => {
    const checkpoints = memoryStore();
    const options = { runtime, seeds: [0], quick: true, checkpoints };
    const report = await evidenceOn(set, options, TINY);
    expect(report.rows.map(({ setting }) => setting)).toEqual([
      'student, labels alone',
      'student, all orders and the assistant',
      'references, teacher, good pictures',
      'references, teacher, poor pictures enlarged',
      'references, assistant, good pictures',
      'cost, teacher',
      'cost, student',
    ]);
    expect([...checkpoints.files.keys()].filter((name) => name.endsWith('.json')).length).toBe(5);
    const started: string[] = [];
    const again = await evidenceOn(set, { ...options, onProgress: (message) => started.push(message) }, TINY);
    expect(again.rows.slice(0, 5)).toEqual(report.rows.slice(0, 5));
  });

  it('the committed results answer every condition of the method with three seeds, also by no', () => {
    expect(committed.seeds).toEqual([0, 1, 2]);
    // a pretrained teacher knows none of the faces' names: one condition less
    for (const [set, conditions] of [
      ['digits and clothes', 22],
      ['emoji', 22],
      ['faces', 21],
    ] as const) {
      expect(committed.rows.filter(({ setting }) => setting.startsWith(`${set}: student,`)).length).toBe(9);
      expect(committed.findings.filter(({ claim }) => claim.startsWith(`${set}: `)).length).toBe(conditions);
    }
    for (const measure of Object.values(committed.rows[0]!.measures)) expect(measure.values.length).toBe(3);
    const { values } = committed.rows.find(({ setting }) => setting === 'digits and clothes: student, all orders and the assistant')!
      .measures.accuracy!;
    expect(values[0]).toBeCloseTo(0.855, 3);
  });
});
