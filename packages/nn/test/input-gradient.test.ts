import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const conv = nn.conv2dModule(2, 4, 3, { padding: 1 });
const head = nn.linear(4, 3);
const net = nn.module('net', { conv, head }, (p, x: Sym) => {
  const map = nn.softplus(conv.apply(p.conv, x));
  return { map, logits: head.apply(p.head, nn.mean(map, [2, 3])) };
});
const params = new Map([...nn.namedParams(net)].map(([name, { shape, init }]) => [name, { shape, data: init(shape, nn.random(3, name)) }]));
const pixels = (n: number): Float32Array => Float32Array.from({ length: n * 2 * 4 * 4 }, (_, i) => 0.5 + 0.4 * Math.sin(3 * i));
const feeds = (data: Float32Array, n: number, ...y: number[]): TensorMap => ({
  x: new Tensor('float32', data, [n, 2, 4, 4]),
  y: new Tensor('int32', Int32Array.from(y), [n]),
});

describe('inputGradient', () => {
  const onnx = nn.inputGradient({
    module: net,
    params,
    inputs: { x: nn.float32(['batch', 2, 4, 4]), y: nn.int32(['batch']) },
    objective: (p, { x, y }) => {
      const { map, logits } = net.apply(p, x);
      return { objective: nn.sum(nn.crossEntropyEach(logits, y)), between: { map }, outputs: { logits } };
    },
    towards: ['x', 'map'],
    target: 'native',
  });

  it('is the slope of the objective, for any batch', async () => {
    await using session = await runtime.load(onnx);
    const data = pixels(2);
    const at = async (values: Float32Array): Promise<number> =>
      ((await session.run(feeds(values, 2, 1, 2)))['objective']!.data as Float32Array)[0]!;
    const out = await session.run(feeds(data, 2, 1, 2));
    const slope = out['gradient.x']!.data as Float32Array;
    for (const i of [0, 17, 40, 63]) {
      const moved = (by: number): Float32Array => data.map((v, k) => (k === i ? v + by : v));
      expect(slope[i]).toBeCloseTo(((await at(moved(0.02))) - (await at(moved(-0.02)))) / 0.04, 3);
    }
    expect(out['gradient.map']!.dims).toEqual([2, 4, 4, 4]);
    expect(out['logits']!.dims).toEqual([2, 3]);
    // a sample's slope does not depend on its batch
    const alone = await session.run(feeds(data.slice(0, 32), 1, 1));
    (alone['gradient.x']!.data as Float32Array).forEach((v, i) => expect(v).toBeCloseTo(slope[i]!, 6));
  });

  it('gives the channel weights of Grad-CAM: the mean slope of a class towards a map', async () => {
    await using session = await runtime.load(onnx);
    const out = await session.run(feeds(pixels(1), 1, 0));
    // d CE / d map = sum_k (softmax - target)_k head[c, k] / 16
    const logits = [...(out['logits']!.data as Float32Array)];
    const total = logits.reduce((sum, v) => sum + Math.exp(v), 0);
    const weight = params.get('head.weight')!.data;
    const slope = out['gradient.map']!.data as Float32Array;
    for (let c = 0; c < 4; c++) {
      const wanted = logits.reduce((sum, v, k) => sum + (Math.exp(v) / total - (k === 0 ? 1 : 0)) * weight[c * 3 + k]!, 0) / 16;
      expect(slope[c * 16]).toBeCloseTo(wanted, 5);
    }
  });

  it('refuses a name that is not there', () => {
    const build = (): Uint8Array =>
      nn.inputGradient({
        module: net,
        params,
        inputs: { image: nn.float32([1, 2, 4, 4]) },
        objective: (p, { image }) => ({ objective: nn.sum(net.apply(p, image).logits) }),
        towards: ['imgae'],
        target: 'native',
      });
    expect(build).toThrow(/no tensor "imgae".*Did you mean "image"/s);
  });
});

describe('projectedGradient', () => {
  const attack = async (options: Partial<nn.ProjectedGradientOptions>): Promise<{ before: number; after: number; change: number[] }> => {
    const x = nn.input('x', { shape: [2, 2, 4, 4], dtype: 'float32' });
    const p = nn.bindParams(net, (name) => nn.constant(params.get(name)!.data, params.get(name)!.shape));
    const labels = nn.constant(Int32Array.of(0, 2), [2]);
    const loss = (at: Sym): Sym => nn.sum(nn.crossEntropyEach(net.apply(p, at).logits, labels));
    const moved = nn.projectedGradient(x, { objective: loss, steps: 5, radius: 0.05, stepSize: 0.02, ...options });
    const outputs = { before: loss(x), after: loss(moved), change: nn.sub(moved, x), slope: nn.gradients(loss(moved), [x])[0]! };
    await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs, target: 'native' }));
    const out = await session.run({ x: new Tensor('float32', pixels(2), [2, 2, 4, 4]) });
    const data = (name: string): number[] => [...(out[name]!.data as Float32Array)];
    // nothing flows back through the attack
    expect(data('slope').every((v) => v === 0)).toBe(true);
    return { before: data('before')[0]!, after: data('after')[0]!, change: data('change') };
  };

  it('raises the loss within the largest change of an element', async () => {
    const { before, after, change } = await attack({});
    expect(after).toBeGreaterThan(before + 0.01);
    const largest = Math.max(...change.map(Math.abs));
    expect(largest).toBeLessThan(0.05001);
    expect(largest).toBeGreaterThan(0.0499);
  });

  it('raises the loss within the length of a sample`s change', async () => {
    const { before, after, change } = await attack({ norm: 'l2', radius: 0.3, stepSize: 0.2 });
    expect(after).toBeGreaterThan(before);
    for (const sample of [change.slice(0, 32), change.slice(32)]) expect(Math.hypot(...sample)).toBeCloseTo(0.3, 4);
  });

  it('stays within the range and starts where told', async () => {
    const { change } = await attack({
      range: [0.2, 0.8],
      start: nn.constant(new Float32Array(64).fill(0.04), [2, 2, 4, 4]),
      steps: 1,
      stepSize: 1e-6,
    });
    pixels(2).forEach((v, i) => expect(v + change[i]!).toBeCloseTo(Math.min(0.8, Math.max(0.2, v + 0.04)), 4));
  });

  it('refuses no steps', async () => {
    await expect(attack({ steps: 0 })).rejects.toThrow(/steps >= 1.*steps 0/);
  });
});
