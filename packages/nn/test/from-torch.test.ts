import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

const conv = nn.conv2dModule(2, 3, 1);
const norm = nn.batchNormModule(3);
const embed = nn.embedding(4, 4);
const head = nn.linear(3, 2);
const net = nn.module('net', { conv, norm, embed, head }, (p, x: Sym) =>
  head.apply(p.head, nn.globalAveragePool(norm.apply(p.norm, conv.apply(p.conv, x)))),
);
const tensor = (shape: number[], first: number): { shape: number[]; data: Float32Array } => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i),
});
const theirs = new Map([
  ['conv.weight', tensor([3, 2, 1, 1], 1)],
  ['conv.bias', tensor([3], 0)],
  ['norm.weight', tensor([3], 1)],
  ['norm.bias', tensor([3], -1)],
  ['norm.running_mean', tensor([3], 2)],
  ['norm.running_var', tensor([3], 4)],
  ['norm.num_batches_tracked', tensor([], 9)],
  ['embed.weight', tensor([4, 4], 0)],
  ['fc.weight', tensor([2, 3], 10)],
  ['fc.bias', tensor([2], 5)],
]);
const rename = (name: string): string => name.replace(/^head\./, 'fc.');

describe('fromTorch', () => {
  it('maps names and turns linear weights, and nothing else', () => {
    const params = nn.fromTorch(net, theirs, { rename });
    expect([...params.get('head.weight')!.data]).toEqual([10, 13, 11, 14, 12, 15]);
    expect([...params.get('embed.weight')!.data]).toEqual([...theirs.get('embed.weight')!.data]);
    expect([...params.get('norm.runningMean')!.data]).toEqual([2, 3, 4]);
    expect([...params.get('norm.runningVariance')!.data]).toEqual([4, 5, 6]);
  });

  it('gives what PyTorch computes', async () => {
    const onnx = nn.exportInference({
      module: net,
      params: nn.fromTorch(net, theirs, { rename }),
      inputs: { x: nn.float32([1, 2, 1, 1]) },
      forward: (p, { x }) => ({ y: net.apply(p, x) }),
      target: 'native',
    });
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await using session = await runtime.load(onnx);
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, -1), [1, 2, 1, 1]) });
    // conv: rows (1, 2), (3, 4), (5, 6) and biases 0, 1, 2 give -1, 0, 1; then the norm; then rows (10, 11, 12), (13, 14, 15)
    const normed = [-1, 0, 1].map((v, i) => ((v - (2 + i)) / Math.sqrt(4 + i + 1e-5)) * (1 + i) + (i - 1));
    const dot = (row: number[]): number => row.reduce((sum, w, i) => sum + w * normed[i]!, 0);
    expect((y!.data as Float32Array)[0]).toBeCloseTo(dot([10, 11, 12]) + 5, 3);
    expect((y!.data as Float32Array)[1]).toBeCloseTo(dot([13, 14, 15]) + 6, 3);
  });

  it('says which tensor is missing, what it is for and what may be meant', () => {
    expect(() => nn.fromTorch(net, theirs)).toThrow(/tensor "head\.weight" is missing.*\[2, 3\]/s);
    const typo = new Map([...theirs].map(([name, value]) => [name.replace('running_var', 'running_vars'), value] as const));
    expect(() => nn.fromTorch(net, typo, { rename })).toThrow(/for "norm\.runningVariance".*Did you mean "norm\.running_vars"/s);
  });

  it('says both shapes when a tensor is of another size', () => {
    const other = new Map(theirs).set('fc.weight', tensor([1000, 3], 0));
    expect(() => nn.fromTorch(net, other, { rename })).toThrow(/"fc\.weight" has another shape; expected \[2, 3\], got \[1000, 3\]/);
    const turned = new Map(theirs).set('fc.weight', tensor([3, 2], 0));
    expect(() => nn.fromTorch(net, turned, { rename })).toThrow(/expected \[2, 3\], got \[3, 2\]/);
  });
});
