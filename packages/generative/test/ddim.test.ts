import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ddimSample,
  openGenerator,
  planesOf,
  signalShares,
  trainGenerator,
  visitedTimes,
  type NoisePredictor,
  type Planes,
} from '@verilens/generative';
import { squares, TINY } from './tiny.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

const rootMeanSquare = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

describe('noise schedules', () => {
  it('linear: the shares of Ho et al., first, and last by their product in double precision', () => {
    const shares = signalShares({ times: 1000, schedule: 'linear' });
    expect(shares[0]).toBeCloseTo(0.9999, 10);
    let product = 1;
    for (let t = 0; t < 1000; t++) product *= 1 - (1e-4 + ((0.02 - 1e-4) * t) / 999);
    expect(shares[999]! / product).toBeCloseTo(1, 10);
  });

  it('cosine: follows cos squared until the cut at the end', () => {
    const shares = signalShares({ times: 1000, schedule: 'cosine' });
    const f = (t: number): number => Math.cos(((t / 1000 + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [0, 250, 500, 900]) expect(shares[t]).toBeCloseTo(f(t + 1) / f(0), 10);
    for (let t = 1; t < 1000; t++) expect(shares[t]).toBeLessThan(shares[t - 1]!);
  });

  it('visits times evenly, both ends included', () => {
    expect(visitedTimes(signalShares({ times: 1000, schedule: 'linear' }), 3)).toEqual([0, 500, 999]);
    const cosine = signalShares({ times: 1000, schedule: 'cosine' });
    const [first, last] = visitedTimes(cosine, 2) as [number, number];
    expect(first).toBe(0);
    expect(cosine[last]).toBeGreaterThanOrEqual(4e-5);
    expect(cosine[last + 1]).toBeLessThan(4e-5);
    expect(() => visitedTimes(new Float64Array(10).fill(0.5), 11)).toThrow(/steps/);
  });
});

describe('ddim', () => {
  const shares = signalShares({ times: 100, schedule: 'cosine' });

  it('makes the one picture there is, if the network knows it', async () => {
    const picture = planesOf(squares(1), 8);
    const known: NoisePredictor = async (x, time) => {
      const share = shares[time]!;
      return Float32Array.from(x.data, (v, i) => (v - Math.sqrt(share) * picture.data[i]!) / Math.sqrt(1 - share));
    };
    const noise: Planes = { ...picture, data: Float32Array.from(picture.data, (_, i) => Math.sin(7 * i)) };
    for (const options of [{ steps: 10 }, { steps: 99, eta: 1, seed: 4 }]) {
      const made = await ddimSample(known, shares, noise, options);
      expect(rootMeanSquare(made.data, picture.data)).toBeLessThan(1e-4);
    }
  });

  it('draws noise from the seed when eta is above 0', async () => {
    const half: NoisePredictor = async (x) => x.data.map((v) => v / 2);
    const noise = planesOf(squares(2), 8);
    const of = async (seed: number): Promise<Float32Array> => (await ddimSample(half, shares, noise, { steps: 10, eta: 1, seed })).data;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
    await expect(ddimSample(half, shares, noise, { eta: 2 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('inversion returns the input: a trained network, root mean square below 0.02 of a range of 2 with 8 passes, a tenth of the error without them', async () => {
    const pictures = squares(64);
    const trained = await trainGenerator({ runtime, config: TINY.ddpm, pictures, seed: 0, steps: 80, batchSize: 32, learningRate: 3e-3 });
    await using sampler = await openGenerator(trained, runtime);
    const input = planesOf(squares(4), 8);
    const back = async (refine: number): Promise<number> => {
      const noise = await sampler.invert(input, { steps: 40, refine });
      const made = await sampler.denoise(noise, { steps: 40, clip: false });
      return rootMeanSquare(made.data, input.data);
    };
    const [plain, refined] = [await back(0), await back(8)];
    expect(refined).toBeLessThan(0.02);
    expect(refined).toBeLessThan(0.1 * plain);
  });
});
