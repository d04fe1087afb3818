import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { add, erf, gelu, gradients, input, mul, sum, writeGraph, type Sym, type Target } from '../src/index.ts';

const x = input('x', { shape: [7], dtype: 'float32' });
const written = (outputs: Readonly<Record<string, Sym>>, target: Target = 'native'): Uint8Array =>
  writeGraph({ inputs: { x }, outputs, target });
const holds = (onnx: Uint8Array, op: string): boolean => new TextDecoder('latin1').decode(onnx).includes(op);

it('the normal distribution function that GELU and its gradient share is one node after Erf, and the same numbers', async () => {
  const y = gelu(x);
  const dx = gradients(sum(y), [x])[0]!;
  const fused = written({ y, dx });
  expect([holds(fused, 'HardSigmoid'), holds(written({ y, dx }, 'webgpu'), 'HardSigmoid')]).toEqual([true, false]);

  const ratio = add(erf(x), 1);
  const apart = written({ ratio, half: mul(ratio, 0.5) });
  const joined = written({ half: mul(ratio, 0.5) });
  // a sum that is a result itself is not taken away
  expect([holds(apart, 'HardSigmoid'), holds(joined, 'HardSigmoid')]).toEqual([false, true]);
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const feeds = { x: new Tensor('float32', Float32Array.of(-30, -3, -0.5, 0, 0.7, 4, 30), [7]) };
  const [a, b] = await Promise.all(
    [apart, joined].map(async (onnx) => {
      await using session = await runtime.load(onnx);
      return (await session.run(feeds))['half']!.data;
    }),
  );
  expect(b).toEqual(a);
  await using session = await runtime.load(fused);
  const got = await session.run({ x: new Tensor('float32', Float32Array.of(NaN, 1, 1, 1, 1, 1, 1), [7]) });
  expect([got['y']!.data[0], got['dx']!.data[0]]).toEqual([NaN, NaN]);
});
