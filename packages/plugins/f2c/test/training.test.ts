import type { CheckpointStore, Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIGS } from '../src/config.ts';
import { f2c } from '../src/index.ts';
import { augmentedTiles, countOf, firstTiles, planesOf, processedTiles, type TileSet } from '../src/tile-set.ts';
import { trainClassifier } from '../src/train-classifier.ts';
import { TRAINING_LAWS } from '../src/train.ts';
import { trainer } from '../src/trainer.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

/** Noise whose neighbours agree (`soft`), or do not. */
function noise(count: number, soft: boolean, seed: number): TileSet {
  const pixels = new Uint8Array(count * 32 * 32 * 3);
  let state = seed;
  const next = (): number => (state = (state * 48271) % 2147483647) % 128;
  for (let i = 0; i < pixels.length; i += 3) {
    const value = soft && i >= 99 ? (next() + pixels[i - 3]! + pixels[i - 96]!) / 3 : next() + 60;
    pixels.fill(value, i, i + 3);
  }
  return { width: 32, pixels };
}

const classifier = (more: Partial<Parameters<typeof trainClassifier>[0]> = {}): ReturnType<typeof trainClassifier> =>
  trainClassifier({
    runtime,
    config: CONFIGS.small,
    real: noise(32, false, 1),
    generated: noise(32, true, 2),
    seed: 0,
    epochs: 6,
    batchSize: 16,
    learningRate: 2e-3,
    ...more,
  });

describe('the classifier', () => {
  it('learns what separates spectra, and equal seeds give equal bytes', async () => {
    const losses: number[] = [];
    const first = await classifier({ onProgress: ({ loss }) => losses.push(loss) });
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    const again = await classifier();
    for (const [name, { data }] of first.parameters) expect(data, name).toEqual(again.parameters.get(name)!.data);
    expect(first.scale).toBe(again.scale);
  });

  it('goes on where it was stopped, augmented tiles too', async () => {
    const files = new Map<string, Uint8Array>();
    const checkpoints: CheckpointStore = {
      read: async (name) => files.get(name),
      write: async (name, bytes) => void files.set(name, bytes),
    };
    const options = { augment: TRAINING_LAWS, epochs: 2 };
    const whole = await classifier(options);
    const stop = new AbortController();
    await expect(
      classifier({ ...options, checkpoints, signal: stop.signal, onProgress: ({ step }) => step === 5 && stop.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    const rest = await classifier({ ...options, checkpoints });
    for (const [name, { data }] of whole.parameters) expect(data, name).toEqual(rest.parameters.get(name)!.data);
  });
});

describe('tiles', () => {
  const set = noise(6, false, 3);

  it('go through the same steps for the same seed; none leaves them as they are', async () => {
    const steps = [
      { kind: 'noise', deviation: 3 },
      { kind: 'jpeg', quality: 70 },
    ] as const;
    const [a, b] = [await processedTiles(set, steps, 'x'), await processedTiles(set, steps, 'x')];
    expect(a.pixels).toEqual(b.pixels);
    expect(a.pixels).not.toEqual(set.pixels);
    expect((await processedTiles(set, [], 'x')).pixels).toEqual(set.pixels);
    const drawn = await augmentedTiles(noise(40, false, 4), TRAINING_LAWS, 'y');
    const before = noise(40, false, 4);
    const changed = Array.from({ length: 40 }, (_, i) => i).filter((i) =>
      drawn.pixels.subarray(i * 3072, (i + 1) * 3072).some((v, k) => v !== before.pixels[i * 3072 + k]),
    );
    expect(changed.length).toBeGreaterThan(12);
    expect(changed.length).toBeLessThan(36);
  });

  it('become planes', () => {
    const planes = planesOf(firstTiles(set, 2));
    expect(countOf(set)).toBe(6);
    expect(planes.length).toBe(2 * 3 * 1024);
    expect(planes[1024 + 5]).toBeCloseTo(set.pixels[5 * 3 + 1]! / 255, 6);
  });
});

describe('the trainer', () => {
  it('preset tiny: generators, classifier, calibrated card; the detector takes the result', async () => {
    const result = await trainer.train(undefined, { runtime, preset: 'tiny', seed: 0 });
    expect(result.models.map(({ file }) => file)).toEqual(['f2c.onnx']);
    expect(result.parameters.map(({ file }) => file)).toEqual([
      'f2c.safetensors',
      'spectra.json',
      'vae.safetensors',
      'gan-nearest.safetensors',
      'ddpm.safetensors',
    ]);
    const { onnx, card } = result.models[0]!;
    expect(card.calibration!.manipulatedAt).toBeGreaterThanOrEqual(0.5);
    await using detector = await f2c({ model: { source: onnx, card } }).create({ runtime });
    const data = Uint8ClampedArray.from({ length: 64 * 64 * 4 }, (_, i) => (i * 31 + (i >> 6)) % 256);
    const { score } = await detector.detect({ kind: 'image', image: { data, width: 64, height: 64 } });
    expect(score).toBeGreaterThanOrEqual(0);
  }, 60_000);

  it('names its presets', async () => {
    await expect(trainer.train(undefined, { runtime, preset: 'paper', seed: 0 })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
    await expect(trainer.train([], { runtime, preset: 'tiny', seed: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
