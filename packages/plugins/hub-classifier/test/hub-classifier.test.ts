import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { detectorConformance } from '@verilens/testing/vitest';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubClassifier } from '../src/index.ts';
import { positiveLabels } from '../src/labels.ts';
import { modelFolder } from './model-folder.ts';

const folder = await modelFolder();
let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await runtime.dispose();
  await rm(folder, { recursive: true, force: true });
});

detectorConformance('hub-classifier', () => hubClassifier({ folder }), { runtime: () => native({ device: 'cpu', threads: 1 }) });

const flat = (level: number): { kind: 'image'; image: { data: Uint8ClampedArray; width: number; height: number } } => ({
  kind: 'image',
  image: { data: new Uint8ClampedArray(20 * 20 * 4).fill(level), width: 20, height: 20 },
});

describe('verdicts', () => {
  it('are the probability of the label that means generated: by hand', async () => {
    await using detector = await hubClassifier({ folder }).create({ runtime });
    for (const level of [60, 120, 150]) {
      const { score, status, models, reason } = await detector.detect(flat(level));
      const expected = 1 / (1 + Math.exp(-10 * (level / 127.5 - 1)));
      expect(score).toBeCloseTo(expected, 4);
      expect(status).toBe(level === 60 ? 'AUTHENTIC' : level === 120 ? 'INCONCLUSIVE' : 'MANIPULATED');
      expect(models[0]!.name).toMatch(/^hub-classifier\/verilens-hub-/);
      expect(reason === undefined).toBe(level !== 120);
    }
  });

  it('without a model nothing is judged, and that is said', async () => {
    await using detector = await hubClassifier().create({ runtime });
    expect(await detector.detect(flat(1))).toMatchObject({
      status: 'NOT_APPLICABLE',
      score: null,
      reason: expect.stringContaining('no model'),
    });
  });

  it('refuse thresholds and labels that cannot be used', async () => {
    await expect(hubClassifier({ folder, manipulatedAt: 0.1 }).create({ runtime })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(hubClassifier({ folder, generated: ['artifical'] }).create({ runtime })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
    await expect(hubClassifier({ folder: join(folder, 'nowhere') }).create({ runtime })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('positiveLabels', () => {
  it.each([
    [['Fake', 'Real'], ['Fake']],
    [['artificial', 'human'], ['artificial']],
    [['Realism', 'Deepfake'], ['Deepfake']],
    [
      ['AI-generated', 'not_ai', 'sd_1.4'],
      ['AI-generated', 'sd_1.4'],
    ],
  ])('%j: %j', (labels, positive) => {
    expect([...positiveLabels(labels, undefined, 'test')]).toEqual(positive);
  });

  it('is told when names do not tell', () => {
    expect(() => positiveLabels(['cat', 'dog'], undefined, 'test')).toThrow(/cannot be told/);
    expect(() => positiveLabels(['fake', 'cat'], undefined, 'test')).toThrow(/cannot be told/);
    expect(() => positiveLabels(['fake', 'real'], ['fake', 'real'], 'test')).toThrow(/cannot be told/);
    expect([...positiveLabels(['LABEL_0', 'LABEL_1'], ['LABEL_1'], 'test')]).toEqual(['LABEL_1']);
  });
});
