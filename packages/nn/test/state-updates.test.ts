import type { Runtime } from '@verilens/core';
import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Batch, Sym, TrainingStep } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const norm = nn.batchNormModule(3, { momentum: 0.25 });
const fixed = nn.state([2], nn.constantInit(7));
const net = nn.module('net', { norm, fixed }, (p, x: Sym) => norm.apply(p.norm, x));

function step(target: nn.Target, apply: (x: Sym, p: never) => Sym = (x, p) => net.apply(p, x)): TrainingStep {
  return nn.trainingStep({
    module: net,
    inputs: { x: nn.float32([4, 3]) },
    loss: (p, { x }) => ({ loss: nn.mean(nn.square(apply(x, p as never))) }),
    optimizer: nn.adamW(),
    target,
  });
}
// column means 2.5, 0, -1; variances (of n) 1.25, 0, 4
const batch: Batch = { x: Float32Array.from([1, 0, 1, 2, 0, 1, 3, 0, -3, 4, 0, -3]) };
const rounded = (data: Float32Array | undefined): number[] => [...data!].map((v) => Number(v.toFixed(5)));

describe('states of modules', () => {
  it.each(['native', 'webgpu'] as const)('move by the step and keep what nothing updates (written for %s)', async (target) => {
    const made = step(target);
    expect([...made.states.keys()]).toEqual(['norm.runningMean', 'norm.runningVariance', 'fixed']);
    expect(made.parameterCount).toBe(6);
    await using trainer = await nn.createTrainer(made, { runtime, seed: 0 });
    await trainer.step(batch, 0);
    const values = trainer.parameters();
    expect(rounded(values.get('norm.runningMean')!.data)).toEqual([0.625, 0, -0.25]);
    // 0.75 * 1 + 0.25 * unbiased
    expect(rounded(values.get('norm.runningVariance')!.data)).toEqual([1.16667, 0.75, 2.08333]);
    expect([...values.get('fixed')!.data]).toEqual([7, 7]);
    await trainer.step(batch, 0);
    expect(rounded(trainer.parameters().get('norm.runningMean')!.data)).toEqual([1.09375, 0, -0.4375]);
  });

  it('go on from a checkpoint and from given values', async () => {
    const made = step('native');
    await using trainer = await nn.createTrainer(made, { runtime, seed: 0 });
    await trainer.step(batch, 1e-2);
    const saved = trainer.save();
    await trainer.step(batch, 1e-2);
    await using other = await nn.createTrainer(made, { runtime, seed: 0 });
    other.load(saved);
    await other.step(batch, 1e-2);
    expect(Buffer.from(other.save()).equals(Buffer.from(trainer.save()))).toBe(true);
    await using given = await nn.createTrainer(made, { runtime, seed: 0, init: trainer.parameters() });
    expect([...given.parameters().get('norm.runningMean')!.data]).toEqual([...trainer.parameters().get('norm.runningMean')!.data]);
  });

  it('are stored in an exported model, which uses running statistics', async () => {
    const params = new Map(
      [...nn.namedParams(net), ...nn.namedStates(net)].map(([name, { shape, init }]) => [
        name,
        { shape, data: init(shape, nn.random(0, name)) },
      ]),
    );
    params.set('norm.runningMean', { shape: [3], data: Float32Array.from([1, 2, 3]) });
    params.set('norm.runningVariance', { shape: [3], data: Float32Array.from([4, 1, 0.25]) });
    const onnx = nn.exportInference({
      module: net,
      params,
      inputs: { x: nn.float32(['batch', 3]) },
      forward: (p, { x }) => ({ y: net.apply(p, x) }),
      target: 'native',
    });
    await using session = await runtime.load(onnx);
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.from([3, 1, 3, -1, 2, 4]), [2, 3]) });
    for (const [i, v] of [1, -1, 0, -1, 0, 2].entries()) expect((y!.data as Float32Array)[i]).toBeCloseTo(v, 4);
    params.delete('norm.runningMean');
    expect(() =>
      nn.exportInference({
        module: net,
        params,
        inputs: { x: nn.float32([2, 3]) },
        forward: (p, { x }) => ({ y: net.apply(p, x) }),
        target: 'native',
      }),
    ).toThrow(/"norm.runningMean" is missing/);
  });

  it('a layer used twice in one step moves its statistics twice; a frozen one not at all', async () => {
    await using twice = await nn.createTrainer(
      step('native', (x, p) => nn.add(net.apply(p, x), net.apply(p, nn.mul(x, 2)))),
      { runtime, seed: 0 },
    );
    await twice.step(batch, 0);
    // 0.75 (0.25 * 2.5) + 0.25 * 5
    expect(twice.parameters().get('norm.runningMean')!.data[0]).toBeCloseTo(1.71875, 5);
    await using frozen = await nn.createTrainer(
      step('native', (x, p) => norm.apply((p as { norm: never }).norm, x, { statistics: 'running' })),
      { runtime, seed: 0 },
    );
    await frozen.step(batch, 0);
    expect([...frozen.parameters().get('norm.runningMean')!.data]).toEqual([0, 0, 0]);
  });

  it('refuse a value of another shape, and do nothing outside of a training step', () => {
    const odd = nn.module('odd', { s: nn.state([2], nn.zerosInit()), w: nn.param([1], nn.onesInit()) }, (p, x: Sym) => {
      nn.updateState(p.s, () => nn.zeros([3]));
      return x;
    });
    const loss = (p: never, { x }: { x: Sym }): nn.LossResult => ({ loss: nn.mean(odd.apply(p, x)) });
    expect(() =>
      nn.trainingStep({ module: odd, inputs: { x: nn.float32([2]) }, loss: loss as never, optimizer: nn.sgd(), target: 'native' }),
    ).toThrow(/expected float32\[2\], got float32\[3\]/);
    expect(nn.isTraining()).toBe(false);
    expect(odd.apply({ s: nn.zeros([2]), w: nn.ones([1]) } as never, nn.ones([2])).shape).toEqual([2]);
  });
});
