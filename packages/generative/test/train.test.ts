import { VerilensError, type CheckpointStore, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GENERATOR_KINDS,
  openGenerator,
  readGenerator,
  SMALL_GENERATORS,
  trainGenerator,
  UPSAMPLINGS,
  writeGenerator,
  type GeneratorConfig,
} from '@verilens/generative';
import { squares, TINY } from './tiny.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

const pictures = squares(64);

function memoryStore(): CheckpointStore {
  const files = new Map<string, Uint8Array>();
  return { read: async (name) => files.get(name), write: async (name, bytes) => void files.set(name, bytes) };
}

describe.each(GENERATOR_KINDS)('%s', (kind) => {
  const config: GeneratorConfig = TINY[kind];
  const train = (steps: number, more: Partial<Parameters<typeof trainGenerator>[0]> = {}): ReturnType<typeof trainGenerator> =>
    trainGenerator({ runtime, config, pictures, seed: 3, steps, batchSize: 16, ...more });

  it('trains to equal bytes from equal seeds, and to others from another', async () => {
    const [a, b, c] = [await train(4), await train(4), await train(4, { seed: 4 })];
    expect(Buffer.from(writeGenerator(a)).equals(writeGenerator(b))).toBe(true);
    expect(Buffer.from(writeGenerator(a)).equals(writeGenerator(c))).toBe(false);
  });

  it('goes on where it was stopped, to the same bytes', async () => {
    const whole = await train(6);
    const checkpoints = memoryStore();
    const stop = new AbortController();
    const cut = train(6, { checkpoints, signal: stop.signal, onProgress: ({ step }) => step === 3 && stop.abort() });
    await expect(cut).rejects.toMatchObject({ code: 'ABORTED' });
    const resumed: number[] = [];
    const rest = await train(6, { checkpoints, onProgress: ({ step }) => resumed.push(step) });
    expect(resumed).toEqual([4, 5, 6]);
    expect(Buffer.from(writeGenerator(rest)).equals(writeGenerator(whole))).toBe(true);
  });

  it('makes the same picture i from (seed, i), whatever the batch, and keeps to shape and range', async () => {
    await using sampler = await openGenerator(readGenerator(writeGenerator(await train(4))), runtime);
    const five = await sampler.sample({ count: 5, seed: 7 });
    expect(five.data.length).toBe(5 * 3 * 8 * 8);
    for (const value of five.data) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
    const again = await sampler.sample({ count: 5, seed: 7 });
    expect(again.data).toEqual(five.data);
    const two = await sampler.sample({ count: 2, seed: 7, batchSize: 1 });
    for (let i = 0; i < two.data.length; i++) expect(two.data[i]).toBeCloseTo(five.data[i]!, 5);
    expect((await sampler.sample({ count: 2, seed: 8 })).data).not.toEqual(two.data);
    // a batch further on is the same, to the bit
    const whole = await sampler.sample({ count: 6, seed: 7, batchSize: 2 });
    expect((await sampler.sample({ count: 2, first: 4, seed: 7, batchSize: 2 })).data).toEqual(whole.data.slice(4 * 192));
    await expect(sampler.sample({ count: 1, first: -1, seed: 7 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('refuses what cannot be', async () => {
    await expect(train(0)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(trainGenerator({ runtime, config: { ...config, size: 16 }, pictures, seed: 0, steps: 1 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(trainGenerator({ runtime, config: { ...config, size: 9 }, pictures, seed: 0, steps: 1 })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  });
});

describe('learning', () => {
  it.each([
    ['vae', 60, 0.7],
    ['ddpm', 60, 0.8],
  ] as const)('%s: %i steps lower the loss to less than %d of its start', async (kind, steps, share) => {
    const losses: number[] = [];
    await trainGenerator({
      runtime,
      config: TINY[kind] as GeneratorConfig,
      pictures,
      seed: 0,
      steps,
      batchSize: 32,
      learningRate: 3e-3,
      onProgress: ({ loss }) => losses.push(loss),
    });
    const mean = (part: readonly number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-10))).toBeLessThan(share * mean(losses.slice(0, 10)));
  });

  it('gan: its pictures come nearer to the mean colour of the real ones', async () => {
    const white = { ...squares(32), pixels: new Uint8Array(32 * 8 * 8 * 3).fill(230) };
    const gap = async (steps: number): Promise<number> => {
      const trained = await trainGenerator({
        runtime,
        config: TINY.gan,
        pictures: white,
        seed: 0,
        steps,
        batchSize: 16,
        learningRate: 2e-3,
      });
      await using sampler = await openGenerator(trained, runtime);
      const { data } = await sampler.sample({ count: 16, seed: 0 });
      return Math.abs(data.reduce((sum, v) => sum + v, 0) / data.length - (230 / 127.5 - 1));
    };
    expect(await gap(80)).toBeLessThan(0.5 * (await gap(1)));
  });
});

describe('upsampling', () => {
  it.each(UPSAMPLINGS)('%s works in every kind', async (upsampling) => {
    for (const kind of GENERATOR_KINDS) {
      const config = { ...TINY[kind], upsampling } as GeneratorConfig;
      const trained = await trainGenerator({ runtime, config, pictures, seed: 0, steps: 1, batchSize: 4 });
      await using sampler = await openGenerator(trained, runtime);
      expect((await sampler.sample({ count: 1, seed: 0 })).data.length).toBe(192);
    }
  });
});

describe('files', () => {
  it('says what is not a generator', () => {
    expect(() => readGenerator(new Uint8Array(10))).toThrow(VerilensError);
  });

  it('offers 64 pixels by the configuration alone', async () => {
    const { vaeNetwork, checkConfig } = await import('@verilens/generative');
    for (const kind of GENERATOR_KINDS) expect(checkConfig({ ...SMALL_GENERATORS[kind], size: 64 } as GeneratorConfig).size).toBe(64);
    expect(vaeNetwork({ ...SMALL_GENERATORS.vae, size: 64 }).kind).toBe('vae');
  });
});
