import { expect, it } from 'vitest';
import { add, dense, gradients, input, layerNorm, mul, sum } from '../src/index.ts';

it('elementwise ops on tokens work on the rows that they were made from', () => {
  const x = input('x', { shape: [2, 3, 4], dtype: 'float32' });
  const w = input('w', { shape: [4, 4], dtype: 'float32' });
  const gamma = input('gamma', { shape: [4], dtype: 'float32' });
  const y = mul(add(x, dense(x, w)), 2);
  expect([y.op, y.shape, y.inputs[0]!.op, y.inputs[0]!.shape]).toEqual(['reshape', [2, 3, 4], 'mul', [6, 4]]);
  // what is neither of their shape nor a number stays as it is
  expect(mul(y, gamma).op).toBe('mul');
  const normal = layerNorm(y, gamma, gamma);
  expect(normal.inputs[0]!.inputs[0]).toBe(y.inputs[0]);
  const [dx] = gradients(sum(mul(normal, normal)), [x]);
  expect(dx!.shape).toEqual([2, 3, 4]);
});
