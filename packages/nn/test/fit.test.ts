import { Worker } from 'node:worker_threads';
import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const net = nn.linear(3, 1);
const step = nn.trainingStep({
  module: net,
  inputs: { x: nn.float32([2, 3]) },
  loss: (p, { x }) => ({ loss: nn.mean(nn.square(net.apply(p, x))) }),
  optimizer: nn.sgd(),
  target: 'native',
});
const schedule = nn.constantRate(0.1);
const batch = (at: number): nn.Batch => ({ x: Float32Array.from({ length: 6 }, (_, i) => Math.sin(at + i)) });

describe('prefetch', () => {
  it('asks for as many batches ahead as told, and uses them in order', async () => {
    await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
    const open: number[] = [];
    let most = 0;
    await nn.fit({
      trainer,
      steps: 10,
      schedule,
      prefetch: 3,
      // later batches are ready earlier
      batch: (at) => {
        open.push(at);
        return new Promise((done) => setTimeout(() => done(batch(at)), 20 - 2 * at));
      },
      onProgress: ({ step: done }) => (most = Math.max(most, open.length - done)),
    });
    expect(open).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(3);
    await using plain = await nn.createTrainer(step, { runtime, seed: 0 });
    await nn.fit({ trainer: plain, steps: 10, schedule, batch });
    expect(Buffer.compare(trainer.save(), plain.save())).toBe(0);
  });

  it('is a whole number', async () => {
    await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
    await expect(nn.fit({ trainer, steps: 1, schedule, batch, prefetch: 0 })).rejects.toThrow(/whole number from 1, got 0/);
  });
});

describe('batches made by workers', () => {
  const worker = new URL('./batch-worker.fixture.ts', import.meta.url);
  async function trained(count: number, from = 0): Promise<Uint8Array> {
    const channels = Array.from({ length: count }, () => new MessageChannel());
    const workers = channels.map(
      ({ port2 }) =>
        new Worker(
          `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(worker.href)}, ${JSON.stringify(import.meta.url)}))`,
          {
            eval: true,
            workerData: port2,
            transferList: [port2 as never],
            execArgv: ['--conditions=@verilens/source'],
          },
        ),
    );
    await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
    try {
      await nn.fit({
        trainer,
        steps: 12,
        schedule,
        prefetch: count,
        batch: (
          (make) => (at: number) =>
            make(at + from)
        )(nn.workerBatches(channels.map(({ port1 }) => port1 as unknown as nn.Port))),
      });
      return trainer.save();
    } finally {
      for (const { port1 } of channels) port1.close();
      for (const each of workers) await each.terminate();
    }
  }

  it('are those of the main thread', async () => {
    await using plain = await nn.createTrainer(step, { runtime, seed: 0 });
    await nn.fit({ trainer: plain, steps: 12, schedule, batch });
    expect(Buffer.compare(await trained(2), plain.save())).toBe(0);
  });

  it('that fail say which and why', async () => {
    await expect(trained(1, 95)).rejects.toThrow(/batch of step 100.*no such picture/);
  });
});

it('steps that take turns are fitted and resumed like one', async () => {
  const parts = nn.module('parts', { a: nn.linear(3, 1), b: nn.linear(1, 1) }, (p) => p);
  const one = (own: string): nn.StepOptions<typeof parts.params, { x: nn.Spec }> => ({
    inputs: { x: nn.float32([2, 3]) },
    loss: (p, { x }) => {
      const y = parts.params.b.apply(p.b, parts.params.a.apply(p.a, x));
      return { loss: nn.mean(nn.square(nn.sub(y, own === 'a' ? 1 : -1))), metrics: { y: nn.mean(y) } };
    },
    optimizer: nn.adamW(),
    frozen: (name) => !name.startsWith(`${own}.`),
  });
  const steps = nn.trainingSteps({ module: parts, target: 'native', steps: { a: one('a'), b: one('b') } });
  const run = async (trainers: nn.Trainers<'a' | 'b'>, rounds: number): Promise<nn.StepResult | undefined> => {
    let last: nn.StepResult | undefined;
    await nn.fit({
      trainer: nn.alternating(trainers, ['a', 'a', 'b'], { b: 0.5 }),
      steps: rounds,
      schedule,
      batch: (at) => ({ a: batch(at), b: batch(at) }),
      onProgress: ({ loss, metrics }) => (last = { loss, metrics }),
    });
    return last;
  };
  await using whole = await nn.createTrainers(steps, { runtime, seed: 4 });
  const last = await run(whole, 6);
  expect(whole.done).toEqual({ a: 12, b: 6 });
  expect(Object.keys(last!.metrics)).toEqual(['a.loss', 'a.y', 'a.gradientNorm', 'b.loss', 'b.y', 'b.gradientNorm']);
  expect(last!.loss).toBe(last!.metrics['b.loss']);
  await using first = await nn.createTrainers(steps, { runtime, seed: 4 });
  await run(first, 2);
  await using second = await nn.createTrainers(steps, { runtime, seed: 4 });
  second.load(first.save());
  await run(second, 6);
  expect(Buffer.compare(second.save(), whole.save())).toBe(0);
});
