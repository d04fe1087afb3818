import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Batch, Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const classes = 3;
const make = (hidden = 5): nn.Module<readonly unknown[], [x: Sym], Sym> =>
  nn.sequential(nn.conv2dModule(1, hidden, 3), nn.relu, nn.globalAveragePool, nn.linear(hidden, classes));
type Make = { readonly hidden?: number; readonly optimizer?: nn.Optimizer; readonly loss?: (logits: Sym, y: Sym) => Sym };
function step({ hidden, optimizer = nn.adamW(), loss = (logits, y) => nn.crossEntropy(logits, y) }: Make = {}): nn.TrainingStep {
  const net = make(hidden);
  return nn.trainingStep({
    module: net,
    inputs: { x: nn.float32([2, 1, 4, 4]), y: nn.int32([2]) },
    loss: (p, { x, y }) => ({ loss: loss(net.apply(p, x), y) }),
    optimizer,
    target: 'native',
  });
}
const good: Batch = { x: new Float32Array(32).fill(0.5), y: Int32Array.of(0, 2) };

/** The whole message, as a newcomer reads it. */
async function said(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}
const stepping =
  (batch: Batch, made = step(), seed = 0): (() => Promise<unknown>) =>
  async () => {
    await using trainer = await nn.createTrainer(made, { runtime, seed });
    await trainer.step(batch, 0.1);
  };

describe('what a newcomer reads when', () => {
  it('a tensor of the wrong rank meets a layer', async () => {
    const net = nn.sequential(nn.conv2dModule(1, 5, 3), nn.relu, nn.linear(5, classes));
    const build = (): unknown =>
      nn.trainingStep({
        module: net,
        inputs: { x: nn.float32([2, 16]) },
        loss: (p, { x }) => ({ loss: nn.mean(net.apply(p, x)) }),
        optimizer: nn.sgd(),
        target: 'native',
      });
    expect(await said(build)).toMatch(/^\[nn 0 \(conv2d\): conv2d\] .*expected .*\[N, C, H, W\].*got float32\[2, 16\]/s);
  });

  it('a layer is of another width', async () => {
    const net = nn.sequential(nn.linear(4, 6), nn.relu, nn.linear(5, 2));
    expect(await said(() => nn.summary(net, [nn.float32([2, 4])]))).toBe(
      "[nn 2 (linear): dense] dense cannot take these tensors; expected x [..., 5] with w [in, out], got x float32[2, 6] with w float32[5, 2]. The last axis of x must be 5: check the layer's input size.",
    );
  });

  it('a batch is of another size', async () => {
    expect(await said(stepping({ ...good, x: new Float32Array(16) }))).toBe(
      '[nn trainer.step] input "x" does not fit; expected float32 with 32 values, got float32 with 16 values, a batch of 1 instead of 2. The step was built for float32[2, 1, 4, 4]: give that, or build it for another size.',
    );
  });

  it('a label is out of range', async () => {
    expect(await said(stepping({ ...good, y: Int32Array.of(0, 3) }))).toBe(
      '[nn trainer.step, oneHot] input "y" has an index out of range; expected 0..2, got 3 at position 1. Labels and indices count from 0.',
    );
  });

  it('a parameter is missing', async () => {
    await using trainer = await nn.createTrainer(step(), { runtime, seed: 0 });
    const params = new Map(trainer.parameters());
    params.delete('3.bias');
    const net = make();
    const build = (): unknown =>
      nn.exportInference({
        module: net,
        params,
        inputs: { x: nn.float32([1, 1, 4, 4]) },
        forward: (p, { x }) => ({ y: net.apply(p, x) }),
        target: 'native',
      });
    expect(await said(build)).toBe(
      '[nn exportInference] parameter "3.bias" is missing; expected float32[3], got nothing. The values belong to another model.',
    );
  });

  it('a checkpoint is of another model, optimiser or seed', async () => {
    const saved = async (made: nn.TrainingStep, seed = 0): Promise<Uint8Array> => {
      await using trainer = await nn.createTrainer(made, { runtime, seed });
      return trainer.save();
    };
    const load =
      (bytes: Uint8Array): (() => Promise<unknown>) =>
      async () => {
        await using trainer = await nn.createTrainer(step(), { runtime, seed: 0 });
        trainer.load(bytes);
      };
    expect(await said(load(await saved(step({ hidden: 6 }))))).toBe(
      '[nn parameters] parameter "0.weight" has another shape; expected float32[5, 1, 3, 3], got [6, 1, 3, 3]. The values belong to another model: use the options it was made with.',
    );
    expect(await said(load(await saved(step({ optimizer: nn.sgd() }))))).toBe(
      '[nn checkpoint] the checkpoint is of another training run: its optimizer differs; expected adamW, got sgd. Use the options it was made with, or begin anew without it.',
    );
    expect(await said(load(await saved(step(), 1)))).toBe(
      '[nn checkpoint] the checkpoint is of another training run: its seed differs; expected 0, got 1. Use the options it was made with, or begin anew without it.',
    );
  });

  it('the batch holds NaN', async () => {
    expect(await said(stepping({ ...good, x: new Float32Array(32).fill(NaN) }))).toBe(
      '[nn trainer] training stopped at step 0: the loss is not finite; expected finite numbers, got loss NaN, gradient norm NaN; first bad tensor: input "x". Check the batch for NaN and Inf. The state is as before this step.',
    );
  });

  it('the loss is fine but its slope is not', async () => {
    // the square root of zero: its value is 0, its slope infinite
    const loss = (logits: Sym): Sym => nn.mean(nn.sqrt(nn.sub(logits, nn.stopGradient(logits))));
    const message = await said(stepping(good, step({ loss })));
    expect(message).toMatch(/^\[nn trainer\] training stopped at step 0: the gradient is not finite; .*first bad tensor: gradient: /);
    expect(message).toMatch(
      /in the loss function.*The loss is finite but its slope is not: look for sqrt, log, pow or a norm at zero there/,
    );
  });

  it('a layer makes Inf', async () => {
    const odd = nn.module('odd', { w: nn.param([3], nn.onesInit()) }, (p, x: Sym) => nn.log(nn.mul(nn.sub(x, x), p.w)));
    const net = nn.module('net', { deep: { odd } }, (p, x: Sym) => odd.apply(p.deep.odd, x));
    const made = nn.trainingStep({
      module: net,
      inputs: { x: nn.float32([2, 3]) },
      loss: (p, { x }) => ({ loss: nn.mean(net.apply(p, x)) }),
      optimizer: nn.sgd(),
      target: 'native',
    });
    expect(await said(stepping({ x: new Float32Array(6) }, made))).toMatch(
      /loss -Infinity.*first bad tensor: log \[2, 3\] \(6 numbers\) in deep\.odd \(odd\)\. Lower the learning rate/,
    );
  });
});
