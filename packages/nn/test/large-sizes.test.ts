import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 2 });
});
afterAll(() => runtime?.dispose());

const noise = (name: string, shape: readonly number[]): Float32Array => {
  const { normal } = nn.random(11, name);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal());
};
const fixed = (name: string, shape: readonly number[]): Sym => nn.constant(noise(name, shape), shape);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((total, v, i) => total + v * b[i]!, 0);

const squeeze = (shape: readonly number[], by: number): Sym =>
  nn.constant(
    noise('places', shape).map((v) => v * by),
    shape,
  );

// each is linear in x: the gradient of <y, w> must be the transpose, so that <x, gradient> is <y, w> again
it.each<[string, readonly number[], (x: Sym) => Sym]>([
  ['bicubic, 112 to 224', [2, 3, 112, 112], (x) => nn.resize(x, [224, 224], { mode: 'bicubic' })],
  ['bilinear with antialias, 224 to 60', [2, 3, 224, 224], (x) => nn.resize(x, [60, 61], { antialias: true })],
  ['gridSample of 64 x 64', [4, 16, 64, 64], (x) => nn.gridSample(x, squeeze([4, 64, 64, 2], 0.6), { padding: 'border' })],
  [
    'deformable 3x3 of 32 channels',
    [2, 32, 28, 28],
    (x) => nn.deformableConv2d(x, squeeze([2, 36, 28, 28], 1), fixed('w', [32, 32, 3, 3]), undefined, { padding: 1 }),
  ],
  ['unfold of 64 channels', [2, 64, 28, 28], (x) => nn.unfold(x, 3, { padding: 1 })],
  ['spectrum of 224 x 224', [2, 3, 224, 224], (x) => nn.fft2(x).im],
  ['a system of 48 unknowns', [48, 8], (x) => nn.solve(nn.add(fixed('a', [48, 48]), nn.mul(nn.identity(48), 20)), x)],
])('%s', async (name, shape, build) => {
  const x = nn.input('x', { shape, dtype: 'float32' });
  const y = build(x);
  const w = noise(`weights of ${name}`, y.shape);
  const [gradient] = nn.gradients(nn.sum(nn.mul(y, nn.constant(w, y.shape))), [x]);
  await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs: { y, gradient: gradient! }, target: 'native' }));
  const data = noise(name, shape);
  const results = await session.run({ x: new Tensor('float32', data, shape) });
  const value = results['y']!.data as Float32Array;
  const difference = Math.abs(dot(value, w) - dot(data, results['gradient']!.data as Float32Array));
  expect(difference / Math.sqrt(dot(value, value) * dot(w, w))).toBeLessThan(1e-6);
});
