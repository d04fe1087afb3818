import { Tensor, type Runtime } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopOf } from '../src/onnx/loop.ts';
import { lowerGraph } from '../src/onnx/lower.ts';
import { writeModel } from '../src/onnx/model.ts';
import { add, div, input, mul } from '../src/index.ts';
import { devices } from './devices.ts';

const spec = { shape: [2], dtype: 'float32' } as const;
const one = { shape: [], dtype: 'float32' } as const;
const [sum, x, scale, rate] = [input('sum', spec), input('x', spec), input('scale', spec), input('rate', one)];
const graph = lowerGraph({
  inputs: { x, rate, sum, scale },
  // by zero: ends it early
  outputs: { next: add(mul(x, scale), mul(sum, rate)), first: mul(rate, -1), second: div(1, rate) },
  target: 'native',
});
const onnx = writeModel(
  loopOf(graph, { carried: [{ input: 'sum', output: 'next' }], stacked: ['x', 'rate'], finite: ['first', 'second'] }),
);

describe.each(devices.filter(({ slow }) => !slow))('a graph in a loop on $name', ({ open }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await open();
  });
  afterAll(() => runtime?.dispose());

  async function run(x: number[], rates: number[]): Promise<Record<string, { dims: readonly number[]; data: number[] }>> {
    await using session = await runtime.load(onnx);
    const tensor = (values: number[], dims: number[]): Tensor => new Tensor('float32', Float32Array.from(values), dims);
    const results = await session.run({
      x: tensor(x, [rates.length, 2]),
      rate: tensor(rates, [rates.length]),
      sum: tensor([1, 2], [2]),
      scale: tensor([10, 100], [2]),
    });
    return Object.fromEntries(Object.entries(results).map(([name, { dims, data }]) => [name, { dims, data: [...(data as Float32Array)] }]));
  }

  it('carries state from turn to turn and stacks the other results', async () => {
    const { next, first, second } = await run([1, 2, 3, 4, 5, 6], [0.5, 2, 4]);
    // 10 x + rate * sum, three times
    expect(next).toEqual({ dims: [2], data: [((1 * 0.5 + 10) * 2 + 30) * 4 + 50, ((2 * 0.5 + 200) * 2 + 400) * 4 + 600] });
    expect(first).toEqual({ dims: [3], data: [-0.5, -2, -4] });
    expect(second).toEqual({ dims: [3], data: [2, 0.5, 0.25] });
    expect((await run([1, 2], [0.5]))['next']).toEqual({ dims: [2], data: [10.5, 201] });
  });

  it.each([
    ['infinite', 0],
    ['not a number', NaN],
  ])('ends after a turn whose result is %s', async (_, rate) => {
    const { first, second } = await run([1, 2, 3, 4, 5, 6], [1, rate, 1]);
    expect([first!.dims, second!.dims]).toEqual([[2], [2]]);
  });
});
