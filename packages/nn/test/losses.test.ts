import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

/** Loss and gradient at given values. */
async function at(build: (x: Sym) => Sym, shape: readonly number[], data: readonly number[]): Promise<{ y: number; g: number[] }> {
  const x = nn.input('x', { shape, dtype: 'float32' });
  const y = build(x);
  const [g] = nn.gradients(y, [x]) as [Sym];
  await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs: { y, g }, target: 'native' }));
  const out = await session.run({ x: new Tensor('float32', Float32Array.from(data), shape) });
  return { y: (out['y']!.data as Float32Array)[0]!, g: [...(out['g']!.data as Float32Array)] };
}
const ints = (...labels: number[]): Sym => nn.constant(Int32Array.from(labels), [labels.length]);
const other = nn.constant(Float32Array.from([1, 2, -1, 0.5, 0, 1, 3, 1, 0]), [3, 3]);
const twins = [1, 2, 3, 1, 2, 3, 0, 1, 0];

describe('where a slope could be infinite it is finite', () => {
  it.each<[string, (x: Sym) => Sym, readonly number[], readonly number[]]>([
    ['unitVectors of zero', (x) => nn.sum(nn.unitVectors(x)), [1, 3], [0, 0, 0]],
    ['distanceRelation of equal rows', (x) => nn.distanceRelation(x, other), [3, 3], twins],
    ['angleRelation of equal rows', (x) => nn.angleRelation(x, other), [3, 3], twins],
    ['gramRelation of zero rows', (x) => nn.gramRelation(x, other), [3, 3], [0, 0, 0, 1, 2, 3, 0, 0, 0]],
    ['mmd of equal sets', (x) => nn.mmd(x, x), [3, 3], twins],
    ['infoNce of zero', (x) => nn.infoNce(x, x), [3, 3], twins.map(() => 0)],
    ['supervisedContrastive with nobody to pair', (x) => nn.supervisedContrastive(x, ints(0, 1, 2)), [3, 3], twins],
    ['tripletLoss with the anchor as its positive', (x) => nn.tripletLoss(x, x, other), [3, 3], twins],
    ['arcface at cosine 1', (x) => nn.crossEntropy(nn.marginSoftmax(x, ints(0), { kind: 'arcface' }), ints(0)), [1, 2], [1, -1]],
    ['arcface at cosine -1', (x) => nn.crossEntropy(nn.marginSoftmax(x, ints(0), { kind: 'arcface' }), ints(0)), [1, 2], [-1, 1]],
    ['crossEntropy of huge logits', (x) => nn.crossEntropy(x, ints(0)), [1, 2], [-1e4, 1e4]],
    ['crossEntropy of ignored rows alone', (x) => nn.crossEntropy(x, ints(9, 9), { ignoreIndex: 9 }), [2, 2], [1, 2, 3, 4]],
    ['bceWithLogits of huge logits', (x) => nn.bceWithLogits(x, nn.zeros([2]), { positiveWeight: 5 }), [2], [1e4, -1e4]],
    ['gradientPenalty of a flat score', (x) => nn.gradientPenalty(nn.mul(nn.sum(x, 1), 0), x, { length: 1 }), [2, 2], [1, 2, 3, 4]],
  ])('%s', async (_, build, shape, data) => {
    const { y, g } = await at(build, shape, data);
    for (const v of [y, ...g]) expect(Number.isFinite(v), `loss ${y}, gradient ${g.join(' ')}`).toBe(true);
  });
});

it('arcface falls as the angle grows, through the turn at pi - margin', async () => {
  const angles = Array.from({ length: 60 }, (_, i) => (Math.PI * (i + 0.5)) / 60);
  const x = nn.input('x', { shape: [60, 1], dtype: 'float32' });
  const y = nn.marginSoftmax(x, ints(...angles.map(() => 0)), { kind: 'arcface', scale: 1 });
  await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs: { y }, target: 'native' }));
  const out = await session.run({ x: new Tensor('float32', Float32Array.from(angles, Math.cos), [60, 1]) });
  const values = [...(out['y']!.data as Float32Array)];
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThan(values[i - 1]!);
});

it('flooding turns the slope around below its level', async () => {
  const flood = (x: Sym): Sym => nn.flooding(nn.sum(x), 0.5);
  expect((await at(flood, [1], [0.2])).g).toEqual([-1]);
  expect((await at(flood, [1], [0.8])).g).toEqual([1]);
});

it('distillation gives the teacher no gradient', async () => {
  const logits = nn.constant(Float32Array.of(1, 2, 3), [1, 3]);
  expect((await at((x) => nn.distillation(logits, x), [1, 3], [3, 0, 1])).g).toEqual([0, 0, 0]);
});

describe('what does not fit is refused', () => {
  const x = nn.input('x', { shape: [4, 3], dtype: 'float32' });
  const v = nn.input('v', { shape: [4], dtype: 'float32' });
  it.each<[string, () => Sym, RegExp]>([
    ['labels of another length', () => nn.crossEntropy(x, ints(0, 1)), /logits \[B, K\].*float32\[4, 3\] with int32\[2\]/],
    ['class weights of another number', () => nn.crossEntropy(x, ints(0, 1, 2, 0), { classWeights: [1, 2] }), /3 weights, got 2/],
    ['a negative smoothing', () => nn.crossEntropy(x, ints(0, 1, 2, 0), { labelSmoothing: -1 }), /0\.\.1, got -1/],
    ['ignoreIndex with soft targets', () => nn.crossEntropy(x, x, { ignoreIndex: 1 }), /int32 labels/],
    ['vectors where rows are needed', () => nn.ntXent(v, v), /matrices \[B, d\]/],
    ['different shapes', () => nn.smoothL1(x, v), /float32\[4, 3\].*float32\[4\]/],
    ['too few samples for an angle', () => nn.angleRelation(nn.zeros([2, 3]), nn.zeros([2, 3])), /B >= 3/],
    ['a picture without its axes', () => nn.totalVariation(x), /\[N, C, H, W\]/],
    ['a margin in degrees', () => nn.marginSoftmax(x, ints(0, 1, 2, 0), { kind: 'arcface', margin: 28 }), /0\.\.1\.57, got 28/],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});

it('a label to ignore passes the trainer`s check of labels, and no other does', async () => {
  const net = nn.linear(2, 3);
  const step = nn.trainingStep({
    module: net,
    inputs: { x: nn.float32([2, 2]), y: nn.int32([2]) },
    loss: (p, { x, y }) => ({ loss: nn.crossEntropy(net.apply(p, x), y, { ignoreIndex: 255 }) }),
    optimizer: nn.sgd(),
    target: 'native',
  });
  await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
  await trainer.step({ x: new Float32Array(4), y: Int32Array.of(2, 255) }, 0.1);
  await expect(trainer.step({ x: new Float32Array(4), y: Int32Array.of(2, 254) }, 0.1)).rejects.toThrow(/0\.\.2, got 254 at position 1/);
});
