import { Worker } from 'node:worker_threads';
import type { CheckpointStore, Runtime, TrainProgress } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

describe('steps per run', () => {
  /** A training of 20 steps: what it ends with, what it said, its checkpoints and how many steps each run had. */
  async function trained(options: Partial<nn.FitOptions> = {}): Promise<{
    saved: Uint8Array;
    progress: TrainProgress[];
    files: Uint8Array[];
    runs: number[];
    asked: number[];
    error: unknown;
  }> {
    await using trainer = await nn.createTrainer(step, { runtime, seed: 0 });
    const [progress, files, runs, asked]: [TrainProgress[], Uint8Array[], number[], number[]] = [[], [], [], []];
    const checkpoints: CheckpointStore = { read: async () => undefined, write: async (_, bytes) => void files.push(bytes) };
    const error = await nn
      .fit({
        trainer: {
          get steps() {
            return trainer.steps;
          },
          mostPerRun: trainer.mostPerRun,
          step: (...given) => (runs.push(1), trainer.step(...given)),
          runSteps: (...given) => (runs.push(given[0].length), trainer.runSteps(...given)),
          save: () => trainer.save(),
          load: (bytes) => trainer.load(bytes),
        },
        steps: 20,
        schedule: (at) => 0.1 / (1 + at),
        checkpoints,
        checkpointEvery: 10,
        onProgress: (at) => progress.push(at),
        batch: (at) => (asked.push(at), batch(at)),
        ...options,
      })
      .then(
        () => undefined,
        (got: unknown) => got,
      );
    return { saved: trainer.save(), progress, files, runs, asked, error };
  }

  it('change nothing: neither weights, nor checkpoints, nor what is told', async () => {
    const one = await trained({ stepsPerRun: 1 });
    expect(one.runs).toEqual(Array.from({ length: 20 }, () => 1));
    const three = await trained({ stepsPerRun: 3 });
    expect(three.runs).toEqual([3, 3, 3, 1, 3, 3, 3, 1]);
    const long = await trained({ stepsPerRun: 1, steps: 64 });
    // a clock by which every run takes 500 ms
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 500));
    const auto = await trained({ steps: 64, checkpoints: undefined });
    clock.mockRestore();
    expect(auto.runs).toEqual([1, 1, 2, 4, 8, 16, 16, 16]);
    expect(one.files).toHaveLength(2);
    expect(three.files).toEqual(one.files);
    for (const [other, plain] of [
      [three, one],
      [auto, long],
    ] as const) {
      expect(other.error).toBeUndefined();
      expect(other.progress).toEqual(plain.progress);
      expect(other.asked).toEqual(plain.asked);
      expect(Buffer.compare(other.saved, plain.saved)).toBe(0);
    }
  });

  it('end where a batch or a learning rate is missing, after the steps before it', async () => {
    for (const wrong of [
      { batch: (at: number): nn.Batch => (at === 4 ? ({} as never) : batch(at)) },
      { batch: (at: number): Promise<nn.Batch> => (at === 4 ? Promise.reject(new Error('no data')) : Promise.resolve(batch(at))) },
      { schedule: (at: number): number => (at === 4 ? NaN : 0.1) },
      { batch: (at: number): nn.Batch => (at === 4 ? { x: new Float32Array(6).fill(NaN) } : batch(at)) },
    ]) {
      const one = await trained({ stepsPerRun: 1, ...wrong });
      const three = await trained({ stepsPerRun: 3, ...wrong });
      expect(String(one.error)).toMatch(/nothing|no data|learning rate|NaN/);
      expect(String(three.error)).toBe(String(one.error));
      expect(three.progress).toEqual(one.progress);
      expect(three.progress).toHaveLength(4);
      expect(Buffer.compare(three.saved, one.saved)).toBe(0);
    }
  });

  it('are finished when the signal fires, and then saved', async () => {
    const stop = new AbortController();
    const onProgress = ({ step: at }: TrainProgress): void => {
      if (at === 5) stop.abort();
    };
    const cut = await trained({ stepsPerRun: 4, signal: stop.signal, onProgress });
    expect(cut.error).toMatchObject({ code: 'ABORTED' });
    expect(cut.runs).toEqual([4, 4]);
    await using second = await nn.createTrainer(step, { runtime, seed: 0 });
    second.load(cut.files.at(-1)!);
    expect(second.steps).toBe(8);
    await nn.fit({ trainer: second, steps: 20, schedule: (at) => 0.1 / (1 + at), batch });
    expect(Buffer.compare(second.save(), (await trained()).saved)).toBe(0);
  });

  it('are a whole number', async () => {
    expect((await trained({ stepsPerRun: 0 })).error).toMatchObject({ code: 'BAD_OPTION', got: '0' });
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
