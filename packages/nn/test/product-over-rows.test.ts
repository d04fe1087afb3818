import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { input, matmul, writeGraph, type Target } from '../src/index.ts';

const graph = (rows: number, k: number, m: number, target: Target = 'native'): Uint8Array => {
  const a = input('a', { shape: [rows, k], dtype: 'float32' });
  const b = input('b', { shape: [rows, m], dtype: 'float32' });
  return writeGraph({ inputs: { a, b }, outputs: { y: matmul(a, b, { transA: true }) }, target });
};
const turns = (onnx: Uint8Array): boolean => new TextDecoder('latin1').decode(onnx).includes('Transpose');

it('the narrower operand of a product over many rows is turned beforehand, but not on a GPU', () => {
  expect([turns(graph(512, 4, 12)), turns(graph(512, 12, 4))]).toEqual([true, true]);
  expect([turns(graph(511, 4, 12)), turns(graph(512, 4, 11)), turns(graph(512, 4, 12, 'webgpu'))]).toEqual([false, false, false]);
  expect([turns(graph(512, 4, 4, 'wasm')), turns(graph(511, 4, 12, 'wasm')), turns(graph(512, 128, 128))]).toEqual([true, false, true]);
});

it.each([
  [4, 12],
  [12, 4],
])('the product of %i and %i columns is the sum over rows', async (k, m) => {
  const rows = 512;
  const noise = (columns: number, seed: number): Float32Array =>
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + i * i));
  const [a, b] = [noise(k, 1), noise(m, 2)];
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(graph(rows, k, m));
  const { y } = await session.run({ a: new Tensor('float32', a, [rows, k]), b: new Tensor('float32', b, [rows, m]) });
  expect(y!.dims).toEqual([k, m]);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += a[row * k + i]! * b[row * m + j]!;
      expect(y!.data[i * m + j]).toBeCloseTo(sum, 3);
    }
  }
});
