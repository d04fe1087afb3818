import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { gelu, gradients, input, sum, writeGraph } from '../src/index.ts';

const x = input('x', { shape: [5], dtype: 'float32' });
const holds = (onnx: Uint8Array, op: string): boolean => new TextDecoder('latin1').decode(onnx).includes(op);

it('GELU is one node where only its value is wanted, and shares its parts with the gradient elsewhere', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const y = gelu(x);
  const alone = writeGraph({ inputs: { x }, outputs: { y }, target: 'native' });
  const both = writeGraph({ inputs: { x }, outputs: { y, dx: gradients(sum(y), [x])[0]! }, target: 'native' });
  expect([holds(alone, 'Gelu'), holds(alone, 'Erf')]).toEqual([true, false]);
  expect([holds(both, 'Gelu'), holds(both, 'Erf')]).toEqual([false, true]);
  expect(holds(writeGraph({ inputs: { x }, outputs: { y }, target: 'webgpu' }), 'Gelu')).toBe(false);
  const feeds = { x: new Tensor('float32', Float32Array.of(-3, -0.5, 0, 0.7, 4), [5]) };
  const [a, b] = await Promise.all(
    [alone, both].map(async (onnx) => {
      await using session = await runtime.load(onnx);
      return (await session.run(feeds))['y']!.data as Float32Array;
    }),
  );
  a!.forEach((v, i) => expect(v).toBeCloseTo(b![i]!, 6));
});
