import { native } from '@verilens/runtime-native';
import { Tensor } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

const bind = <P>(module: { readonly params: P }): nn.Syms<P> =>
  nn.bindParams(module, (name, { shape }) => nn.input(name, { shape, dtype: 'float32' }, 'parameter'));
const x = (...shape: number[]): Sym => nn.input('x', { shape, dtype: 'float32' });
const values = (sym: Sym): number[] => [...(sym.attrs as { data: Float32Array }).data];

describe('blocks', () => {
  it('declare parameters as PyTorch lays them out', () => {
    const names = (module: { readonly params: unknown }): string[] =>
      [...nn.namedParams(module)].map(([name, { shape }]) => `${name} ${shape.join('x')}`);
    expect(names(nn.conv1dModule(4, 6, 3, { groups: 2, bias: false }))).toEqual(['weight 6x2x3']);
    expect(names(nn.convTranspose2dModule(4, 6, [2, 3], { groups: 2 }))).toEqual(['weight 4x3x2x3', 'bias 6']);
    expect(names(nn.separableConv2dModule(3, 5, 3))).toEqual(['depthwise.weight 3x1x3x3', 'pointwise.weight 5x3x1x1', 'pointwise.bias 5']);
    expect(names(nn.classToken(4, { count: 2 }))).toEqual(['weight 2x4']);
    expect(names(nn.spectralWeight([3, 2, 2]))).toEqual(['weight 3x2x2']);
    expect(names(nn.residualBlock(4, 4)).some((name) => name.startsWith('shortcut'))).toBe(false);
  });

  it.each<[string, () => Sym, readonly number[]]>([
    ['conv1d', () => nn.conv1dModule(2, 3, 3, { padding: 1, stride: 2 }).apply(bind(nn.conv1dModule(2, 3, 3)), x(1, 2, 7)), [1, 3, 4]],
    [
      'convTranspose2d',
      () => nn.convTranspose2dModule(2, 3, 4, { stride: 2, padding: 1 }).apply(bind(nn.convTranspose2dModule(2, 3, 4)), x(1, 2, 5, 3)),
      [1, 3, 10, 6],
    ],
    [
      'separable',
      () => nn.separableConv2dModule(2, 5, 3, { stride: 2 }).apply(bind(nn.separableConv2dModule(2, 5, 3)), x(1, 2, 7, 5)),
      [1, 5, 3, 2],
    ],
    ['class token', () => nn.classToken(4).apply(bind(nn.classToken(4)), x(2, 3, 4)), [2, 4, 4]],
    [
      'position embedding of a shorter sequence',
      () => nn.positionEmbedding(9, 4).apply(bind(nn.positionEmbedding(9, 4)), x(2, 3, 4)),
      [2, 3, 4],
    ],
    ['layer scale of maps', () => nn.layerScale(3, { axis: 1 }).apply(bind(nn.layerScale(3)), x(2, 3, 4, 5)), [2, 3, 4, 5]],
    ['group norm', () => nn.groupNormModule(2, 4).apply(bind(nn.groupNormModule(2, 4)), x(2, 4, 3)), [2, 4, 3]],
    ['instance norm', () => nn.instanceNormModule(4).apply(bind(nn.instanceNormModule(4)), x(2, 4, 3, 3)), [2, 4, 3, 3]],
    ['RMS norm', () => nn.rmsNormModule(4).apply(bind(nn.rmsNormModule(4)), x(2, 3, 4)), [2, 3, 4]],
    ['layer norm of two axes', () => nn.layerNormModule([3, 4]).apply(bind(nn.layerNormModule([3, 4])), x(2, 3, 4)), [2, 3, 4]],
  ])('%s gives the shape it says', (_, build, shape) => {
    expect(build().shape).toEqual(shape);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a long sequence',
      () => nn.positionEmbedding(2, 4).apply(bind(nn.positionEmbedding(2, 4)), x(1, 3, 4)),
      /positionEmbedding: .*at most 2 tokens, got 3/,
    ],
    [
      'a source of another width',
      () => nn.crossAttention(4, 2).apply(bind(nn.crossAttention(4, 2)), x(1, 3, 4), x(1, 3, 6)),
      /a source \[B, S, 4\]/,
    ],
    ['tokens of another width', () => nn.classToken(4).apply(bind(nn.classToken(4)), x(1, 3, 5)), /x \[B, T, 4\]/],
    ['scale on the wrong axis', () => nn.layerScale(3).apply(bind(nn.layerScale(3)), x(1, 3, 4, 5)), /3 channels on axis 3/],
    ['an odd width', () => nn.timeEmbedding(x(2), 5), /an even width, got 5/],
    ['a mask of whole numbers', () => nn.keyMask(nn.input('k', { shape: [2, 3], dtype: 'int32' })), /ones and zeros/],
  ])('%s is refused', (_, wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', message: expect.stringMatching(message) }));
  });

  it('heads must divide the width of cross attention', () => {
    expect(() => nn.crossAttention(6, 4)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  it('causal masks hide the future', () => {
    expect(values(nn.causalMask(2))).toEqual([0, -1e9, 0, 0]);
    expect(values(nn.causalMask(1, 3))).toEqual([0, 0, 0]);
  });

  it('sinusoidal positions alternate sines and cosines', () => {
    const [p] = [values(nn.sinusoidalPositions(3, 4))];
    expect(p!.slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(p![8]).toBeCloseTo(Math.sin(2), 6);
    expect(p![11]).toBeCloseTo(Math.cos(0.02), 6);
  });

  it('stochastic depth draws once for each sample', () => {
    const asked: unknown[] = [];
    const draw = {
      bernoulli: (shape: readonly number[], keep: number) => (asked.push([shape, keep]), nn.ones(shape)),
    } as unknown as nn.Draw;
    expect(nn.stochasticDepth(x(5, 3, 2), 0.25, draw).shape).toEqual([5, 3, 2]);
    expect(asked).toEqual([[[5, 1, 1], 0.75]]);
    const y = x(2, 3);
    expect(nn.stochasticDepth(y, 0.5, undefined)).toBe(y);
    expect(() => nn.stochasticDepth(y, 1, undefined)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('spectralWeight', () => {
  it('comes to a largest singular value of 1 while training, and keeps its vectors for inference', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const net = nn.module('net', { w: nn.spectralWeight([3, 4]) }, (p, at: Sym) => nn.matmul(at, NET_WEIGHT.apply(p.w), { transB: true }));
    const step = nn.trainingStep({
      module: net,
      inputs: { at: nn.float32([4, 4]) },
      loss: (p, { at }) => ({ loss: nn.mean(nn.square(net.apply(p, at))) }),
      optimizer: nn.sgd(),
      target: 'native',
    });
    await using trainer = await nn.createTrainer(step, { runtime, seed: 3 });
    const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    for (let i = 0; i < 40; i++) await trainer.step({ at: identity }, 0);
    const bytes = nn.exportInference({
      module: net,
      params: trainer.parameters(),
      inputs: { at: nn.float32([4, 4]) },
      forward: (p, { at }) => ({ y: net.apply(p, at) }),
      target: 'native',
    });
    const session = await runtime.load(bytes, { name: 'spectral' });
    const { y } = await session.run({ at: new Tensor('float32', identity, [4, 4]) });
    await session.dispose();
    // rows of the result are columns of the weight: its largest singular value by many steps of power iteration here
    const w = y!.data as Float32Array;
    let v = [1, 0.3, -0.2];
    let length = 0;
    for (let i = 0; i < 500; i++) {
      const u = [0, 1, 2, 3].map((r) => v.reduce((sum, value, c) => sum + w[r * 3 + c]! * value, 0));
      const next = [0, 1, 2].map((c) => u.reduce((sum, value, r) => sum + w[r * 3 + c]! * value, 0));
      length = Math.hypot(...next);
      v = next.map((value) => value / length);
    }
    expect(Math.sqrt(length)).toBeCloseTo(1, 3);
  });
});

const NET_WEIGHT = nn.spectralWeight([3, 4]);
