import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tensor, type Runtime } from '@verilens/core';
import { exportInference, float32, module, type Sym } from '@verilens/nn';
import { exportGenerator, openGenerator, planesOf, signalShares, trainGenerator, type DdpmConfig } from '@verilens/generative';
import { noisedPictures, noiseIn, rootsAt, wantedAnswer } from '../src/prediction.ts';
import { squares, TINY } from './tiny.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

describe.each(['noise', 'velocity'] as const)('a network that predicts %s', (predicts) => {
  const config: DdpmConfig = { ...TINY.ddpm, predicts };

  it('is asked for what gives the noise back, at every time', async () => {
    const onnx = exportInference({
      module: module('identity', {}, (_, x: Sym) => x),
      params: new Map(),
      inputs: { x: float32([4, 3, 8, 8]), drawn: float32([4, 3, 8, 8]), times: float32([4]) },
      forward: (_, { x, drawn, times }) => {
        const roots = rootsAt(config, times);
        const noised = noisedPictures(roots, x, drawn);
        const wanted = wantedAnswer(config, roots, x, drawn);
        return { noised, wanted, found: noiseIn(config, noised, times, wanted) };
      },
      target: 'native',
    });
    await using session = await runtime.load(onnx);
    const x = planesOf(squares(4), 8).data;
    const drawn = Float32Array.from(x, (_, i) => Math.sin(7 * i) + Math.cos(3 * i));
    const times = [0, 30, 70, 99];
    const shape = [4, 3, 8, 8];
    const answers = await session.run({
      x: new Tensor('float32', x, shape),
      drawn: new Tensor('float32', drawn, shape),
      times: new Tensor('float32', Float32Array.from(times), [4]),
    });
    const [noised, wanted, found] = ['noised', 'wanted', 'found'].map((name) => answers[name]!.data as Float32Array);
    const shares = signalShares(config);
    for (let i = 0; i < x.length; i++) {
      const share = shares[times[Math.floor(i / 192)]!]!;
      const [signal, noise] = [Math.sqrt(share), Math.sqrt(1 - share)];
      expect(noised![i]).toBeCloseTo(signal * x[i]! + noise * drawn[i]!, 5);
      expect(wanted![i]).toBeCloseTo(predicts === 'noise' ? drawn[i]! : signal * drawn[i]! - noise * x[i]!, 5);
      expect(found![i]).toBeCloseTo(drawn[i]!, 5);
    }
  });

  it('trains, and samples', async () => {
    const trained = await trainGenerator({ runtime, config, pictures: squares(32), seed: 0, steps: 2, batchSize: 8 });
    await using sampler = await openGenerator(trained, runtime);
    const { data } = await sampler.sample({ count: 2, seed: 0, steps: 5 });
    expect(data.every((value) => Math.abs(value) <= 1)).toBe(true);
  });
});

it('refuses another prediction, also from a file', () => {
  const config = { ...TINY.ddpm, predicts: 'score' as never };
  expect(() => exportGenerator(config, new Map())).toThrow(/predicts noise or velocity/);
});
