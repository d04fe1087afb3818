import type { CheckpointStore, Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIGS } from '../src/config.ts';
import { trainProcedural, type ProceduralRecipe } from '../src/train-procedural.ts';
import { trainer } from '../src/trainer.ts';

/** Ends in seconds. */
const TINY: ProceduralRecipe = {
  config: { ...CONFIGS.temporal, faceSize: 32, grid: 4, keptFrames: 8, keptCells: 4, dim: 32, depth: 2 },
  schedule: { epochs: 2, batchSize: 16, learningRate: 2e-3, weightDecay: 0.05 },
  clipsPerClass: 64,
  calibrationClipsPerClass: 50,
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

function memoryStore(): CheckpointStore & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return { files, read: async (name) => files.get(name), write: async (name, bytes) => void files.set(name, bytes) };
}

const weights = async (
  options: { seed?: number; checkpoints?: CheckpointStore; signal?: AbortSignal; onStep?: (step: number) => void } = {},
): Promise<string> => {
  const { models } = await trainProcedural(
    {
      runtime,
      preset: 'procedural',
      seed: options.seed ?? 0,
      checkpoints: options.checkpoints,
      checkpointEvery: 5,
      signal: options.signal,
      onProgress: ({ step }) => options.onStep?.(step),
    },
    TINY,
  );
  return models[0]!.card.sha256;
};

describe('training', () => {
  it('gives bit-identical weights for equal seeds, and after an interruption', { timeout: 240_000 }, async () => {
    const whole = await weights();
    expect(await weights()).toBe(whole);
    expect(await weights({ seed: 1 })).not.toBe(whole);

    const checkpoints = memoryStore();
    const stop = new AbortController();
    await expect(weights({ checkpoints, signal: stop.signal, onStep: (step) => step === 9 && stop.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(checkpoints.files.size).toBe(1);
    const steps: number[] = [];
    expect(await weights({ checkpoints, onStep: (step) => steps.push(step) })).toBe(whole);
    expect(steps[0]).toBe(10);
  });

  it('names the presets it has', async () => {
    await expect(trainer.train(undefined, { runtime, preset: 'smal', seed: 0 })).rejects.toMatchObject({
      code: 'UNKNOWN_NAME',
      remedy: 'Known: procedural, small. Did you mean "small"?',
    });
    await expect(trainer.train([], { runtime, preset: 'small', seed: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(trainer.train([], { runtime, preset: 'procedural', seed: 0 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('runs the quick form of the evidence', { timeout: 240_000 }, async () => {
    const report = await trainer.evidence!({ runtime, seeds: [0], quick: true });
    expect(report.rows.map(({ setting }) => setting)).toEqual([
      'drawn faces, spatiotemporal, without swap',
      'drawn faces, fixed, without swap',
    ]);
    for (const { measures } of report.rows)
      for (const type of ['swap', 'paste', 'reenact', 'resample', 'unseen']) expect(measures[type]!.mean).toBeGreaterThanOrEqual(0);
    expect(report.notes.at(-1)).toMatch(/figures mean nothing/);
  });
});
