import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  cast,
  exp,
  float32,
  gradients,
  input,
  linear,
  max,
  mul,
  reshape,
  square,
  stopGradient,
  sum,
  trainingStep,
  sgd,
  createTrainer,
  writeGraph,
  type Sym,
} from '../src/index.ts';
import { make } from '../src/sym.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const vector = (): Sym => input('x', { shape: [3], dtype: 'float32' });
async function valueOf(y: Sym, x: Sym, at: readonly number[]): Promise<number[]> {
  await using session = await runtime.load(writeGraph({ inputs: { x }, outputs: { y }, target: 'native' }));
  const { y: result } = await session.run({ x: new Tensor('float32', Float32Array.from(at), x.shape) });
  return [...(result!.data as Float32Array)];
}

it('reaches inputs, and tensors in between', async () => {
  const x = vector();
  const middle = square(x);
  const [dx, dm] = gradients(sum(mul(middle, middle)), [x, middle]) as [Sym, Sym];
  expect(await valueOf(dx, x, [1, 2, -1])).toEqual([4, 32, -4]);
  expect(await valueOf(dm, x, [1, 2, -1])).toEqual([2, 8, 2]);
});

it('third derivatives', async () => {
  const x = vector();
  let y = sum(mul(square(x), square(x)));
  for (let i = 0; i < 3; i++) y = sum(gradients(y, [x])[0]!);
  const [g] = gradients(y, [x]);
  expect(await valueOf(g!, x, [1, 2, 3])).toEqual([24, 24, 24]);
});

it('zeros where the loss does not depend on a tensor, or a gradient is stopped', async () => {
  const x = vector();
  const other = input('other', { shape: [2], dtype: 'float32' });
  const loss = sum(mul(stopGradient(exp(x)), x));
  const [dx, none] = gradients(loss, [x, other]);
  expect((await valueOf(dx!, x, [0, 1, 0])).map((v) => Math.fround(v))).toEqual([1, Math.fround(Math.E), 1]);
  expect(none!.shape).toEqual([2]);
  expect(await valueOf(none!, x, [0, 0, 0])).toEqual([0, 0]);
});

it('tied maxima share the gradient', async () => {
  const x = vector();
  expect(await valueOf(gradients(max(x), [x])[0]!, x, [2, 2, 1])).toEqual([0.5, 0.5, 0]);
});

it('asks for a scalar', () => {
  expect(() => gradients(vector(), [])).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', remedy: expect.stringContaining('sum(x)') }));
  expect(() => gradients(cast(sum(vector()), 'int32'), [])).toThrow(expect.objectContaining({ code: 'BAD_SHAPE' }));
});

it('names the op whose rule gives a gradient of the wrong shape', () => {
  const x = vector();
  const wrong = make(
    'exp',
    { shape: ([a]) => ({ shape: a.shape, dtype: 'float32' }), gradient: ({ dy }) => [reshape(dy, [3, 1])] },
    [x],
    {},
  );
  expect(() => gradients(sum(wrong), [x])).toThrow(/rule of exp is wrong.*float32\[3\], got float32\[3, 1\]/);
});

it('a forward value that a gradient needs again is written once', () => {
  const x = vector();
  const y = sum(exp(x));
  const text = Buffer.from(
    writeGraph({ inputs: { x }, outputs: { y, dx: gradients(sum(square(exp(x))), [x])[0]! }, target: 'native' }),
  ).toString('latin1');
  expect(text.match(/Exp/g)?.length).toBe(1);
});

it('gradient descent inside the graph: an unrolled attack step in a training loss', async () => {
  const net = linear(3, 1);
  const step = trainingStep({
    module: net,
    inputs: { x: float32([2, 3]) },
    loss: (p, { x }) => {
      const [push] = gradients(sum(net.apply(p, x)), [x]);
      // the gradient towards x is the weight itself, so the penalty is 2 |w|^2 and its gradient 4 w
      return { loss: sum(square(push!)) };
    },
    optimizer: sgd(),
    target: 'native',
  });
  await using trainer = await createTrainer(step, {
    runtime,
    seed: 0,
    init: new Map([['weight', { shape: [3, 1], data: Float32Array.of(1, 2, 3) }]]),
  });
  const { loss } = await trainer.step({ x: new Float32Array(6) }, 0.125);
  expect(loss).toBe(28);
  expect([...trainer.parameters().get('weight')!.data]).toEqual([0.5, 1, 1.5]);
});
