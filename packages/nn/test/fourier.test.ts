import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

async function run(x: Sym, data: Float32Array, outputs: Record<string, Sym>): Promise<Record<string, Float32Array>> {
  await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs, target: 'native' }));
  const results = await session.run({ x: new Tensor('float32', data, x.shape) });
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}
const noise = (count: number): Float32Array => {
  const { normal } = nn.random(3, `noise ${count}`);
  return Float32Array.from({ length: count }, () => normal());
};
const error = (got: Float32Array, wanted: ArrayLike<number>): number => {
  const scale = Array.from(wanted).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return got.reduce((m, v, i) => Math.max(m, Math.abs(v - wanted[i]!)), 0) / scale;
};

/** Transform of one row in double precision; products of places and frequencies are reduced before they become angles. */
function exact(row: Float32Array): { re: Float64Array; im: Float64Array } {
  const n = row.length;
  const sumOf = (f: (angle: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, k) => row.reduce((total, v, j) => total + v * f((2 * Math.PI * ((j * k) % n)) / n), 0));
  return { re: sumOf(Math.cos), im: sumOf((angle) => -Math.sin(angle)) };
}

it.each([1, 2, 3, 4, 5, 8, 15, 16, 31, 64, 99, 100, 127, 128, 193, 224, 255, 256])(
  'size %i within 1e-6 of the largest value',
  async (n) => {
    const x = nn.input('x', { shape: [1, n], dtype: 'float32' });
    const data = noise(n);
    const { re, im } = nn.fft(x);
    const back = nn.ifft({ re, im }).re;
    const got = await run(x, data, { re, im, back });
    const wanted = exact(data);
    const size = Math.max(...wanted.re.map(Math.abs), ...wanted.im.map(Math.abs));
    expect(Math.max(...got['re']!.map((v, i) => Math.abs(v - wanted.re[i]!))) / size).toBeLessThan(1e-6);
    expect(Math.max(...got['im']!.map((v, i) => Math.abs(v - wanted.im[i]!))) / size).toBeLessThan(1e-6);
    expect(error(got['back']!, data)).toBeLessThan(1e-6);
  },
);

it('a 256 x 255 picture there and back, its energy kept, its gradient the inverse transform', async () => {
  const x = nn.input('x', { shape: [256, 255], dtype: 'float32' });
  const data = noise(256 * 255);
  const half = nn.rfft2(x);
  const full = nn.fft2(x, { norm: 'ortho' });
  const energy = nn.sum(nn.squaredAbs(full));
  const got = await run(x, data, { back: nn.irfft2(half, { width: 255 }), energy, slope: nn.gradients(energy, [x])[0]! });
  expect(error(got['back']!, data)).toBeLessThan(1e-6);
  expect(
    error(
      got['slope']!,
      data.map((v) => 2 * v),
    ),
  ).toBeLessThan(2e-6);
  expect(Math.abs(got['energy']![0]! / data.reduce((total, v) => total + v * v, 0) - 1)).toBeLessThan(1e-5);
});

it('frequencies in cycles per pixel, also centred and halved', () => {
  expect([...nn.frequencies(4)]).toEqual([0, 0.25, -0.5, -0.25]);
  expect([...nn.frequencies(5)]).toEqual([0, 0.2, 0.4, -0.4, -0.2]);
  expect([...nn.radialFrequency([2, 3])]).toEqual([0, 1 / 3, 1 / 3, 0.5, Math.hypot(0.5, 1 / 3), Math.hypot(0.5, 1 / 3)]);
  expect([...nn.radialFrequency([1, 4], { centred: true })]).toEqual([0.5, 0.25, 0, 0.25]);
  expect([...nn.radialFrequency([1, 5], { half: true })]).toEqual([0, 0.2, 0.4]);
});

it('the constants of a transform and its inverse are stored once', () => {
  const x = nn.input('x', { shape: [64, 64], dtype: 'float32' });
  const bytes = (y: Sym): number => nn.writeGraph({ inputs: { x }, outputs: { y }, target: 'native' }).length;
  const once = bytes(nn.complexAbs(nn.fft2(x)));
  const twice = bytes(nn.add(nn.complexAbs(nn.fft2(x)), nn.complexAbs(nn.fft2(nn.mul(x, 2)))));
  expect(twice - once).toBeLessThan(2000);
});

it('refuses parts that do not fit', () => {
  const x = nn.input('x', { shape: [4, 3], dtype: 'float32' });
  expect(() => nn.fft2(nn.complex(x, nn.transpose(x, [1, 0])))).toThrow(/one shape.*float32\[4, 3\] and float32\[3, 4\]/);
  expect(() => nn.irfft2(nn.complex(x), { width: 7 })).toThrow(/a width of 4 or 5.*got 7/);
  expect(() => nn.fft2(nn.sum(x, 0))).toThrow(expect.objectContaining({ code: 'BAD_SHAPE' }));
});
