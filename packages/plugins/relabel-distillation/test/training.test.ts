import type { Image, Runtime, TrainOptions } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawnThings } from '../src/drawn-things.ts';
import { openVae } from '../src/open-vae.ts';
import { planesFrom } from '../src/pictures.ts';
import type { VaeRecipe } from '../src/recipe.ts';
import { trainRelabel } from '../src/train.ts';
import { trainer } from '../src/trainer.ts';

const TINY: VaeRecipe = {
  version: 0,
  config: { side: 16, widths: [8, 8], latent: 4 },
  pictures: 64,
  epochs: 12,
  batchSize: 16,
  learningRate: 1e-2,
  beta: 0.25,
};

let runtime: Runtime;
let images: readonly Image[];
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  images = drawnThings(64, 1).map(({ image }) => image);
});
afterAll(() => runtime.dispose());

const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({ runtime, preset: 'small', seed: 3, ...more });

it('trains on pictures of one’s own, stops, goes on to the same bits, and what it writes opens', async () => {
  const losses: number[] = [];
  const whole = await trainRelabel(images, options({ onProgress: ({ loss }) => losses.push(loss) }), TINY);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-4))).toBeLessThan(0.95 * mean(losses.slice(0, 4)));
  const store = new Map<string, Uint8Array>();
  const checkpoints = {
    read: async (name: string) => store.get(name),
    write: async (name: string, bytes: Uint8Array) => void store.set(name, bytes.slice()),
  };
  const controller = new AbortController();
  const stopping = options({
    checkpoints,
    signal: controller.signal,
    onProgress: ({ step }) => void (step === 7 && controller.abort()),
  });
  await expect(trainRelabel(images, stopping, TINY)).rejects.toMatchObject({ code: 'ABORTED' });
  const resumed = await trainRelabel(images, options({ checkpoints }), TINY);
  expect(resumed.models.map(({ card }) => card.sha256)).toEqual(whole.models.map(({ card }) => card.sha256));
  const [encoder, decoder] = whole.models.map(({ onnx, card }) => ({ source: onnx, card }));
  await using vae = await openVae(runtime, { encoder: encoder!, decoder: decoder! });
  expect([vae.side, vae.dimensions]).toEqual([16, 4]);
  expect(whole.summary['mean squared error on pictures kept back']).toBeLessThan(0.2);
});

it('takes pictures, labelled pictures and data sets, and refuses the rest', async () => {
  const set = {
    name: 's',
    width: 4,
    height: 4,
    channels: 1,
    pixels: new Uint8Array(32).fill(51),
    labels: new Uint16Array(2),
    classes: ['a'],
  };
  const planes = await planesFrom(set as never, 8, 10);
  expect([planes.count, planes.data.every((value) => value === 51)]).toEqual([2, true]);
  expect((await planesFrom(images, 8, 5)).count).toBe(5);
  async function* frames() {
    for (let k = 0; k < 50; k++) yield { image: images[k]!, timestampMs: k, index: k };
  }
  const media = { frames, [Symbol.asyncDispose]: async () => undefined };
  const dataset = { items: [{ id: 'a', label: 'real', open: async () => media }] };
  expect((await planesFrom(dataset as never, 8, 100)).count).toBe(32);
  await expect(planesFrom([], 8, 5)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(trainer.train('folder', options())).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(trainer.train(images, options({ preset: 'huge' }))).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
});
