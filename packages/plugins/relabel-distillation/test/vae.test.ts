import { readFileSync } from 'node:fs';
import { type Runtime, sha256 } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { float32, namedParams, summary } from '@verilens/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIGS } from '../src/config.ts';
import { drawnThings, THING_CLASSES } from '../src/drawn-things.ts';
import { latentNeighbours } from '../src/neighbours.ts';
import { openVae } from '../src/open-vae.ts';
import { SHIPPED } from '../src/shipped.ts';
import { vaeOf } from '../src/vae.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

it.each([
  ['paper', 13_678_115],
  ['small', 263_123],
] as const)('the %s preset has its full size', (preset, parameters) => {
  const config = CONFIGS[preset];
  const vae = vaeOf(config);
  const { parameterCount } = summary(vae, [float32([2, 3, config.side, config.side]), float32([2, config.latent])]);
  expect([...namedParams(vae)].length).toBeGreaterThan(10);
  expect(parameterCount).toBe(parameters);
});

describe('the shipped VAE', () => {
  it('is the one its cards name', async () => {
    for (const { source, card } of [SHIPPED.encoder, SHIPPED.decoder])
      expect(await sha256(new Uint8Array(readFileSync(source as URL)))).toBe(card!.sha256);
  });

  it('draws things it was never shown again, better than their mean does', async () => {
    await using vae = await openVae(runtime, SHIPPED);
    let [error, spread] = [0, 0];
    for (const { image } of drawnThings(20, 999)) {
      const planes = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => image.data[(k % 1024) * 4 + Math.floor(k / 1024)]! / 255);
      const mean = planes.reduce((sum, value) => sum + value, 0) / planes.length;
      const made = await vae.decode(await vae.encode(image));
      error += made.reduce((sum, value, k) => sum + (value - planes[k]!) ** 2, 0);
      spread += planes.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    }
    // sensor noise and fine texture are beyond it
    expect(error / spread).toBeLessThan(0.65);
  });

  it('makes neighbours: none at 0, the same for a seed, farther ones for a larger sigma', async () => {
    await using vae = await openVae(runtime, SHIPPED);
    const [{ image }] = drawnThings(1, 4) as [ReturnType<typeof drawnThings>[number]];
    const around = await latentNeighbours(vae, image, 1);
    const again = await latentNeighbours(vae, image, 1);
    const change = async (index: number, sigma: number): Promise<number> => {
      const { data } = await around.picture(index, sigma);
      return Array.from(data, (value, p) => Math.abs(value - image.data[p]!)).reduce((sum, value) => sum + value, 0) / data.length;
    };
    expect(await change(3, 0)).toBe(0);
    expect((await around.picture(40, 0.5)).data).toEqual((await again.picture(40, 0.5)).data);
    expect((await around.picture(1, 0.5)).data).not.toEqual((await around.picture(2, 0.5)).data);
    const [near, far] = [await change(5, 0.2), await change(5, 1)];
    expect(near).toBeGreaterThan(0);
    expect(far).toBeGreaterThan(2 * near);
    expect(around.squaredDistance(5, 2)).toBeCloseTo(4 * around.squaredDistance(5, 1), 3);
  });

  it('refuses halves that do not fit', async () => {
    await expect(openVae(runtime, { encoder: SHIPPED.decoder, decoder: SHIPPED.encoder })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  });
});

it('drawn things: every class, and a mask that is where the colour is', () => {
  for (const { image, label, mask } of drawnThings(12, 3)) {
    expect(label).toBeLessThan(THING_CLASSES.length);
    const colourful = (pixel: number): boolean => {
      const rgb = [...image.data.subarray(pixel * 4, pixel * 4 + 3)];
      return Math.max(...rgb) - Math.min(...rgb) > 60;
    };
    const marked = Array.from({ length: 1024 }, (_, pixel) => pixel).filter((pixel) => mask.values[pixel] !== 0);
    expect(marked.length).toBeGreaterThan(30);
    expect(marked.every(colourful)).toBe(true);
    expect(Array.from({ length: 1024 }, (_, pixel) => pixel).filter((pixel) => mask.values[pixel] === 0 && colourful(pixel))).toEqual([]);
  }
});
