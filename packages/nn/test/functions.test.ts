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

const x = (...shape: number[]): Sym => nn.input('x', { shape, dtype: 'float32' });
const whole = (...shape: number[]): Sym => nn.input('i', { shape, dtype: 'int32' });

async function valuesOf(at: readonly number[], input: Sym, outputs: Record<string, Sym>): Promise<Record<string, number[]>> {
  await using session = await runtime.load(nn.writeGraph({ inputs: { x: input }, outputs, target: 'native' }));
  const results = await session.run({ x: new Tensor('float32', Float32Array.from(at), input.shape) });
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, [...(tensor.data as Float32Array)]]));
}

describe('where the derivative is a convention', () => {
  it('rounds halves to the even number, and any other to the nearest', async () => {
    const at = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, -0.49999997, 8388609, 3.2];
    const v = x(at.length);
    const { y } = await valuesOf(at, v, { y: nn.round(v) });
    expect(y!.map((r) => r + 0)).toEqual([-2, -2, 0, 0, 2, 2, 0, 0, 8388609, 3]);
  });

  it('straightThrough has exactly the hard values and the soft gradient', async () => {
    const v = x(3);
    const y = nn.straightThrough(nn.round(nn.mul(v, 1e6)), nn.square(v));
    const { value, gradient } = await valuesOf([0.1, -0.7, 3], v, { value: y, gradient: nn.gradients(nn.sum(y), [v])[0]! });
    expect(value).toEqual([100000, -700000, 3000000]);
    expect(gradient).toEqual([0.2, -1.4, 6].map((g) => Math.fround(g)));
  });

  it('norms and roots have a gradient of 0 at 0, to the second order', async () => {
    const v = x(2, 2);
    const total = nn.addAll([
      nn.sum(nn.norm(v, 1)),
      nn.sum(nn.norm(v, 1, { kind: 'l1' })),
      nn.sum(nn.norm(v, 1, { kind: 'max' })),
      nn.sum(nn.safeSqrt(v)),
      nn.sum(nn.distances(v)),
    ]);
    const [g] = nn.gradients(total, [v]);
    const [h] = nn.gradients(nn.sum(g!), [v]);
    const { first, second } = await valuesOf([0, 0, 0, 0], v, { first: g!, second: h! });
    expect([...first!, ...second!].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('clamp passes the gradient at its limits, ReLU6 does not', async () => {
    const v = x(3);
    const slope = (y: Sym): Sym => nn.gradients(nn.sum(y), [v])[0]!;
    const { closed, open } = await valuesOf([0, 3, 6], v, { closed: slope(nn.clamp(v, 0, 6)), open: slope(nn.relu6(v)) });
    expect(closed).toEqual([1, 1, 1]);
    expect(open).toEqual([0, 1, 0]);
  });

  it('logSumExp keeps infinities, argMax takes the first of equals', async () => {
    const v = x(3, 2);
    const out = await valuesOf([-Infinity, -Infinity, 500, 500, -Infinity, 1], v, {
      lse: nn.logSumExp(v, 1),
      place: nn.cast(nn.argMax(v, 1), 'float32'),
    });
    expect(out['lse']).toEqual([-Infinity, Math.fround(500 + Math.LN2), 1]);
    expect(out['place']).toEqual([0, 0, 1]);
  });
});

describe('refused while the graph is built', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['einsum without a result', () => nn.einsum('ij,jk', x(2, 3), x(3, 4)), /einsum "ij,jk".*spell out the result/],
    ['a diagonal', () => nn.einsum('ii->i', x(3, 3)), /one letter per axis of float32\[3, 3\], each once/],
    ['three operands', () => nn.einsum('i,i,i->i', x(2), x(2), x(2)), /at most two/],
    ['axes of two sizes', () => nn.einsum('ij,jk->ik', x(2, 3), x(4, 5)), /axes "j" of one size.*float32\[2, 3\] and float32\[4, 5\]/],
    ['a result letter out of nowhere', () => nn.einsum('ij->ik', x(2, 3)), /letters that occur on the left/],
    ['GLU of an odd axis', () => nn.glu(x(2, 3)), /an even size on axis 1, got float32\[2, 3\]/],
    ['maxout', () => nn.maxout(x(2, 5), 2), /a size that 2 divides/],
    ['PReLU of other channels', () => nn.prelu(x(2, 3, 4), x(4)), /per channel, \[3\].*got float32\[4\]/],
    ['clamp upside down', () => nn.clamp(x(2), 1, 0), /low <= high, got 1\.\.0/],
    ['clamp of whole numbers', () => nn.clamp(whole(2), 0, 1), /float32, got int32\[2\]/],
    ['straightThrough', () => nn.straightThrough(x(2), x(3)), /one shape/],
    ['distances of unlike rows', () => nn.distances(x(2, 3), x(2, 4)), /rows \[\.\.\., n, d\] and \[\.\.\., m, d\]/],
    ['resize of a sequence', () => nn.resize(x(1, 2, 3), [4, 4]), /\[N, C, H, W\].*got float32\[1, 2, 3\] to \[4, 4\]/],
    ['resize to nothing', () => nn.resize(x(1, 2, 3, 3), [0, 4]), /at least 1/],
    ['gridSample of another batch', () => nn.gridSample(x(2, 1, 3, 3), x(1, 2, 2, 2)), /grid \[N, h, w, 2\]/],
    ['affineGrid', () => nn.affineGrid(x(1, 3, 2), [2, 2]), /theta \[N, 2, 3\]/],
    [
      'deformable offsets of another size',
      () => nn.deformableConv2d(x(1, 2, 5, 5), x(1, 18, 5, 5), x(4, 2, 3, 3)),
      /offsets \[N, 2 groups 9, 3, 3\]/,
    ],
    ['pixelShuffle', () => nn.pixelShuffle(x(1, 6, 2, 2), 2), /channels that 2 x 2 divides/],
    ['pixelUnshuffle', () => nn.pixelUnshuffle(x(1, 1, 3, 4), 2), /height and width that 2 divides/],
    ['fold of a wrong number of places', () => nn.fold(x(1, 9, 5), [4, 4], 3), /\[N, C 3 3, 4\].*got float32\[1, 9, 5\]/],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', message: expect.stringMatching(message) }));
  });

  it('options that do not go together', () => {
    expect(() => nn.resize(x(1, 1, 2, 2), [3, 3], { mode: 'area', antialias: true })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
    expect(() => nn.gridSample(nn.input('x', { shape: [1, 1, 5000, 5000], dtype: 'float32' }), x(1, 2, 2, 2))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});

it('meta-ACON: its switch is made from the mean of each channel, and everything learns', async () => {
  const { module, params } = { module: nn.metaAconModule(3), params: [3, 3, 48, 48] };
  expect([...nn.namedParams(module).values()].map((spec) => spec.shape.reduce((a, b) => a * b, 1))).toEqual(params);
  const v = x(2, 3, 4);
  const bound = { p1: nn.constant(Float32Array.of(1, 2, 3), [3]), p2: nn.constant(Float32Array.of(0, 1, -1), [3]) };
  const even = (shape: number[]): Sym => nn.constant(new Float32Array(shape[0]! * shape[1]!).fill(0.125), shape);
  const weights = { ...bound, down: even([3, 16]), up: even([16, 3]) };
  const at = Array.from({ length: 24 }, (_, i) => Math.sin(i));
  const { y } = await valuesOf(at, v, { y: module.apply(weights, v) });
  at.forEach((value, i) => {
    const sample = Math.floor(i / 12);
    const mean = at.slice(12 * sample, 12 * sample + 12).reduce((a, b) => a + b, 0) / 4;
    const beta = 1 / (1 + Math.exp(-mean * 16 * 0.125 * 0.125));
    const channel = Math.floor(i / 4) % 3;
    const [p1, p2] = [[1, 2, 3][channel]!, [0, 1, -1][channel]!];
    const steep = (p1 - p2) * value;
    expect(y![i]).toBeCloseTo(steep / (1 + Math.exp(-beta * steep)) + p2 * value, 5);
  });
});
