import type { Runtime, VerilensError } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Batch, StepOptions, StepResult, Sym, Trainer, TrainingStep } from '../src/index.ts';
import { devices } from './devices.ts';

const B = 4;
const layers = {
  conv: nn.conv2dModule(3, 8, 3, { padding: 1 }),
  norm: nn.batchNormModule(8),
  wide: nn.linear(8 * 36, 64),
  head: nn.linear(64, 3),
};
const net = nn.module('net', layers, (p, x: Sym, draw: nn.Draw) => {
  const seen = nn.relu(layers.norm.apply(p.norm, layers.conv.apply(p.conv, x)));
  const hidden = nn.gelu(layers.wide.apply(p.wide, nn.reshape(seen, [B, 8 * 36])));
  return layers.head.apply(p.head, nn.dropout(hidden, 0.2, draw));
});
const inputs = { x: nn.float32([B, 3, 6, 6]), y: nn.int32([B]) };
type Options = Partial<StepOptions<typeof net.params, typeof inputs>>;

function stepOf(target: nn.Target, options: Options = {}): TrainingStep {
  return nn.trainingStep({
    module: net,
    inputs,
    loss: (p, { x, y }, draw) => {
      const logits = net.apply(p, x, draw);
      return { loss: nn.crossEntropy(logits, y), metrics: { size: nn.mean(nn.square(logits)) } };
    },
    optimizer: nn.adamW(),
    target,
    ...options,
  });
}

function batch(at: number): { x: Float32Array; y: Int32Array } {
  const { normal, below } = nn.random(3, at);
  return { x: Float32Array.from({ length: B * 108 }, () => normal()), y: Int32Array.from({ length: B }, () => below(3)) };
}
const rate = (at: number): number => 1e-2 / (1 + at);
const batches = (from: number, count: number): Batch[] => Array.from({ length: count }, (_, i) => batch(from + i));
const rates = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => rate(from + i));

/** Steps one by one until the first that fails. */
async function single(trainer: Trainer, given: readonly Batch[]): Promise<{ results: StepResult[]; error?: unknown }> {
  const results: StepResult[] = [];
  try {
    for (const [i, own] of given.entries()) results.push(await trainer.step(own, rate(i)));
    return { results };
  } catch (error) {
    return { results, error };
  }
}

const same = (a: Trainer, b: Trainer): boolean => Buffer.compare(a.save(), b.save()) === 0;

const CASES: Readonly<Record<string, Options>> = {
  'AdamW, clipped': { clipNorm: 0.5 },
  'SGD with momentum': { optimizer: nn.sgd({ momentum: 0.9, weightDecay: 1e-3 }) },
  'averages kept, a part frozen': { optimizer: nn.averaged(nn.adamW()), frozen: (name) => name.startsWith('conv.') },
  'groups with rates and optimisers of their own': {
    groups: [
      { match: (name) => name.startsWith('conv.'), rate: 0.1 },
      { match: (name) => name.startsWith('head.'), optimizer: nn.sgd() },
    ],
  },
  'a gradient accumulated over two steps': { optimizer: nn.accumulated(nn.adam(), 2) },
  'sharpness-aware': { gradient: nn.sam() },
};

describe.each(devices.filter(({ slow }) => !slow))('several steps in one run on $name', ({ open }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await open();
  });
  afterAll(() => runtime?.dispose());

  it.each(Object.entries(CASES))('give the bits of single ones: %s', async (_, options) => {
    const step = stepOf(nn.targetOf(runtime), options);
    await using one = await nn.createTrainer(step, { runtime, seed: 1 });
    await using many = await nn.createTrainer(step, { runtime, seed: 1 });
    const { results } = await single(one, batches(0, 8));
    const told: StepResult[] = [];
    const run = await many.runSteps(batches(0, 5), rates(0, 5), (result, i) => {
      expect(i).toBe(told.length);
      told.push(result);
    });
    expect(told).toEqual(run);
    // another number of steps, and single ones, by the same session
    const rest = [...(await many.runSteps(batches(5, 2), rates(5, 2))), await many.step(batch(7), rate(7))];
    expect([...run, ...rest]).toEqual(results);
    expect(many.steps).toBe(8);
    expect(same(one, many)).toBe(true);
  });

  it.each([
    ['loss', (own: Batch): Batch => ({ ...own, x: (own['x'] as Float32Array).map((v, i) => (i === 5 ? NaN : v)) }), false],
    // sqrt has no slope at zero
    ['gradient', (own: Batch): Batch => ({ ...own, x: new Float32Array(B * 108) }), true],
  ])('stop where the %s is not finite, with the error of that step and the state before it', async (what, spoil, root) => {
    const rooted: Options = {
      loss: (p, { x, y }, draw) => {
        const odd = nn.sum(nn.sqrt(nn.square(nn.mul(x, nn.mean(p.head.bias!)))));
        return { loss: nn.add(nn.crossEntropy(net.apply(p, x, draw), y), nn.mul(odd, 1e-3)) };
      },
    };
    const step = stepOf(nn.targetOf(runtime), root ? rooted : {});
    await using one = await nn.createTrainer(step, { runtime, seed: 1, init: root ? biased : undefined });
    await using many = await nn.createTrainer(step, { runtime, seed: 1, init: root ? biased : undefined });
    const given = batches(0, 5).map((own, i) => (i === 3 ? spoil(own) : own));
    const { results, error } = await single(one, given);
    expect(results).toHaveLength(3);
    expect(error).toMatchObject({ code: 'NOT_FINITE' });
    const told: StepResult[] = [];
    const failed = await many.runSteps(given, rates(0, 5), (result) => told.push(result)).catch((got: unknown) => got);
    expect((failed as VerilensError).message).toBe((error as VerilensError).message);
    expect(failed).toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining(`training stopped at step 3: the ${what} is not finite`),
    });
    expect(told).toEqual(results);
    expect(many.steps).toBe(3);
    expect(same(one, many)).toBe(true);
    // and goes on
    expect(await many.runSteps(batches(3, 2), rates(3, 2))).toHaveLength(2);
  });

  it('refuse a bad batch as a single step does, after the steps before it', async () => {
    const step = stepOf(nn.targetOf(runtime));
    for (const [bad, code] of [
      [{ ...batch(2), y: Int32Array.of(0, 1, 3, 0) }, 'BAD_INPUT'],
      [{ ...batch(2), x: new Float32Array(3) }, 'BAD_SHAPE'],
    ] as const) {
      await using one = await nn.createTrainer(step, { runtime, seed: 1 });
      await using many = await nn.createTrainer(step, { runtime, seed: 1 });
      const given = [...batches(0, 2), bad, batch(3)];
      const { error } = await single(one, given);
      const failed = await many.runSteps(given, rates(0, 4)).catch((got: unknown) => got);
      expect(failed).toMatchObject({ code, message: (error as VerilensError).message });
      expect(many.steps).toBe(2);
      expect(same(one, many)).toBe(true);
    }
  });

  it('of steps that share parameters stay apart', async () => {
    const part = (own: 'conv' | 'head'): StepOptions<typeof net.params, typeof inputs> => ({
      inputs,
      loss: (p, { x, y }, draw) => ({ loss: nn.crossEntropy(net.apply(p, x, draw), y) }),
      optimizer: nn.adamW(),
      frozen: (name) => !name.startsWith(`${own}.`),
    });
    const steps = nn.trainingSteps({ module: net, target: nn.targetOf(runtime), steps: { a: part('conv'), b: part('head') } });
    await using one = await nn.createTrainers(steps, { runtime, seed: 2 });
    await using many = await nn.createTrainers(steps, { runtime, seed: 2 });
    for (const name of ['a', 'b', 'a'] as const) {
      for (let i = 0; i < 3; i++) await one.step(name, batch(i), rate(i));
      await many.runSteps(name, batches(0, 3), rates(0, 3));
    }
    expect(many.done).toEqual({ a: 6, b: 3 });
    expect(Buffer.compare(many.save(), one.save())).toBe(0);
  });
});

/** Nothing in the way of the gradient of the odd term. */
const biased: nn.Parameters = new Map([['head.bias', { shape: [3], data: Float32Array.of(1, 1, 1) }]]);

describe('what does not loop', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await devices[0]!.open();
  });
  afterAll(() => runtime?.dispose());

  it('does the steps one by one: graphs written for WebGPU', async () => {
    const step = stepOf('webgpu');
    expect(step.loop).toBeUndefined();
    await using one = await nn.createTrainer(step, { runtime, seed: 1 });
    await using many = await nn.createTrainer(step, { runtime, seed: 1 });
    expect(many.mostPerRun).toBe(1);
    const { results } = await single(one, batches(0, 3));
    expect(await many.runSteps(batches(0, 3), rates(0, 3))).toEqual(results);
    expect(same(one, many)).toBe(true);
  });

  it('needs a learning rate for each batch', async () => {
    await using trainer = await nn.createTrainer(stepOf('native'), { runtime, seed: 1 });
    await expect(trainer.runSteps(batches(0, 2), [1e-3])).rejects.toMatchObject({ code: 'BAD_INPUT', got: '1' });
    expect(await trainer.runSteps([], [])).toEqual([]);
  });
});

it('a run holds no more than 64 MiB of batches and 16 steps', async () => {
  await using runtime = await devices[0]!.open();
  const most = async (size: number): Promise<number> => {
    const one = nn.linear(size, 1);
    const step = nn.trainingStep({
      module: one,
      inputs: { x: nn.float32([64, size]) },
      loss: (p, { x }) => ({ loss: nn.mean(one.apply(p, x)) }),
      optimizer: nn.sgd(),
      target: 'native',
    });
    await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
    return trainer.mostPerRun;
  };
  expect([await most(64), await most(2 ** 15), await most(2 ** 18), await most(2 ** 19)]).toEqual([16, 8, 1, 1]);
});
