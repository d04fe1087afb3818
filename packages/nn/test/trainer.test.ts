import type { CheckpointStore, Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Batch, Sym, Trainer, TrainingStep } from '../src/index.ts';
import { smallVit } from './small-vit.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 2 });
});
afterAll(() => runtime?.dispose());

const B = 8;
const vit = smallVit({ width: 80, depth: 1, heads: 2, patch: 6, tokens: 4, classes: 2 });

/** Dropout on, so that random draws take part in what must be reproducible. */
function vitStep(options: { clipNorm?: number } = {}): TrainingStep {
  return nn.trainingStep({
    module: vit,
    inputs: { x: nn.float32([B, 4, 6]), y: nn.int32([B]) },
    loss: (p, { x, y }, draw) => {
      const logits = vit.apply(p as never, x, { dropout: 0.1, draw });
      const [first, second] = nn.split(logits, 2, 1) as [Sym, Sym];
      const hit = nn.equal(nn.cast(nn.greater(second, first), 'int32'), nn.reshape(y, [B, 1]));
      return { loss: nn.crossEntropy(logits, y), metrics: { accuracy: nn.mean(nn.cast(hit, 'float32')) } };
    },
    optimizer: nn.adamW(),
    target: 'native',
    ...options,
  });
}

/** Class 1 is brighter in the first number of every patch. */
function batch(step: number): Batch {
  const { normal, below } = nn.random(5, step);
  const x = Float32Array.from({ length: B * 24 }, () => 0.3 * normal());
  const y = Int32Array.from({ length: B }, () => below(2));
  for (let i = 0; i < x.length; i += 6) x[i]! += 2 * y[Math.floor(i / 24)]! - 1;
  return { x, y };
}

function memoryStore(): CheckpointStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return { files, read: async (name) => files.get(name), write: async (name, bytes) => void files.set(name, bytes) };
}

const schedule = nn.cosine({ peak: 3e-3, steps: 60, warmup: 6 });

describe('training', () => {
  it('learns, and reports metrics', async () => {
    await using trainer = await nn.createTrainer(vitStep({ clipNorm: 1 }), { runtime, seed: 0 });
    const losses: number[] = [];
    let last = {};
    await nn.fit({ trainer, steps: 60, schedule, batch, onProgress: (at) => (losses.push(at.loss), (last = at)) });
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.35 * mean(losses.slice(0, 10)));
    expect(last).toMatchObject({ step: 60, steps: 60, metrics: { accuracy: expect.any(Number), gradientNorm: expect.any(Number) } });
  });

  it('is the same twice with one seed and different with another', async () => {
    const run = async (seed: number): Promise<Uint8Array> => {
      await using trainer = await nn.createTrainer(vitStep(), { runtime, seed });
      await nn.fit({ trainer, steps: 6, schedule, batch });
      return trainer.save();
    };
    const [a, b, c] = [await run(1), await run(1), await run(2)];
    expect(Buffer.compare(a, b)).toBe(0);
    expect(Buffer.compare(a, c)).not.toBe(0);
  });

  it('resumes from an interrupted run bit for bit', async () => {
    const whole = await nn.createTrainer(vitStep(), { runtime, seed: 3 });
    await nn.fit({ trainer: whole, steps: 20, schedule, batch });
    const checkpoints = memoryStore();
    const stop = new AbortController();
    const first = await nn.createTrainer(vitStep(), { runtime, seed: 3 });
    const cut = nn.fit({
      trainer: first,
      steps: 20,
      schedule,
      batch,
      checkpoints,
      checkpointEvery: 5,
      signal: stop.signal,
      onProgress: ({ step }) => step === 13 && stop.abort(),
    });
    await expect(cut).rejects.toMatchObject({ code: 'ABORTED' });
    const second = await nn.createTrainer(vitStep(), { runtime, seed: 3 });
    const steps: number[] = [];
    await nn.fit({ trainer: second, steps: 20, schedule, batch, checkpoints, onProgress: ({ step }) => steps.push(step) });
    expect(steps[0]).toBe(14);
    expect(Buffer.compare(second.save(), whole.save())).toBe(0);
    expect(Buffer.compare(checkpoints.files.get('training.safetensors')!, whole.save())).toBe(0);
    for (const trainer of [whole, first, second]) await trainer.dispose();
  });

  it('refuses a checkpoint of another model, seed or optimiser', async () => {
    await using trainer = await nn.createTrainer(vitStep(), { runtime, seed: 0 });
    await using other = await nn.createTrainer(vitStep(), { runtime, seed: 1 });
    expect(() => trainer.load(other.save())).toThrow(expect.objectContaining({ code: 'BAD_MODEL', expected: '0', got: '1' }));
    const tensors = new Map(trainer.parameters());
    expect(() =>
      trainer.load(nn.writeSafetensors(tensors, { format: 'verilens-checkpoint-1', optimizer: 'adamW', seed: '0', step: '1' })),
    ).toThrow(/"optimizer\.m\.[a-z0-9.A-Z]+" is missing/);
    expect(() => trainer.load(new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'BAD_MODEL' }));
  });
});

describe('what a newcomer gets wrong', () => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await nn.createTrainer(vitStep(), { runtime, seed: 0 });
  });
  afterAll(() => trainer?.dispose());

  it.each([
    ['a batch of another size', { ...batch(0), x: new Float32Array(24) }, 'BAD_SHAPE', /192 values.*got float32 with 24/],
    ['labels as floats', { ...batch(0), y: new Float32Array(B) }, 'BAD_SHAPE', /expected int32/],
    ['a missing input', { x: batch(0)['x']! }, 'BAD_SHAPE', /"y".*nothing/],
    ['an input nobody asked for', { ...batch(0), z: new Float32Array(1) }, 'UNKNOWN_NAME', /x, y/],
    ['a label out of range', { ...batch(0), y: Int32Array.of(0, 1, 0, 2, 0, 0, 0, 0) }, 'BAD_INPUT', /0\.\.1, got 2 at position 3/],
  ] as const)('%s', async (_, wrong, code, message) => {
    await expect(trainer.step(wrong as Batch, 1e-3)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(trainer.steps).toBe(0);
  });

  it('NaN in the batch: says which input, and keeps the state', async () => {
    const before = trainer.save();
    const bad = batch(0);
    (bad['x'] as Float32Array)[5] = NaN;
    await expect(trainer.step(bad, 1e-3)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      got: expect.stringContaining('input "x"'),
      remedy: expect.stringContaining('batch'),
    });
    expect(Buffer.compare(trainer.save(), before)).toBe(0);
  });

  it('Inf inside the model: says which tensor of which layer', async () => {
    const layer = nn.module('odd', { inner: nn.linear(2, 2) }, (p, x: Sym) => nn.log(nn.sub(x, x)));
    const net = nn.module('net', { deep: { odd: layer } }, (p, x: Sym) => layer.apply(p.deep.odd, x));
    const step = nn.trainingStep({
      module: net,
      inputs: { x: nn.float32([1, 2]) },
      loss: (p, { x }) => ({ loss: nn.mean(net.apply(p, x)) }),
      optimizer: nn.sgd(),
      target: 'native',
    });
    await using bad = await nn.createTrainer(step, { runtime, seed: 0 });
    await expect(bad.step({ x: Float32Array.of(1, 2) }, 0.1)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/step 0.*first bad tensor: log \[1, 2\].*deep\.odd \(odd\)/),
    });
  });

  it('a width that does not fit: names the layer path', () => {
    const net = nn.module('net', { blocks: [nn.linear(4, 4), nn.linear(5, 2)] }, (p, x: Sym) =>
      nn.dense(nn.dense(x, p.blocks[0].weight), p.blocks[1].weight),
    );
    const wired = nn.sequential(nn.linear(4, 4), nn.relu, nn.linear(5, 2));
    const build = (module: { kind: string; params: unknown; apply: (p: never, x: Sym) => Sym }) => () =>
      nn.trainingStep({
        module,
        inputs: { x: nn.float32([3, 4]) },
        loss: (p, { x }) => ({ loss: nn.mean(module.apply(p as never, x)) }),
        optimizer: nn.sgd(),
        target: 'native',
      });
    expect(build(wired)).toThrow(
      expect.objectContaining({ code: 'BAD_SHAPE', place: 'nn 2 (linear): dense', got: expect.stringContaining('[3, 4]') }),
    );
    expect(build(net)).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', place: 'nn net: dense' }));
  });

  it('a loss that is no scalar', () => {
    const net = nn.linear(2, 2);
    expect(() =>
      nn.trainingStep({
        module: net,
        inputs: { x: nn.float32([3, 2]) },
        loss: (p, { x }) => ({ loss: net.apply(p, x) }),
        optimizer: nn.sgd(),
        target: 'native',
      }),
    ).toThrow(/loss is not a scalar.*mean\(x\)/);
  });

  it('use after dispose', async () => {
    const gone = await nn.createTrainer(vitStep(), { runtime, seed: 0 });
    await gone.dispose();
    await expect(gone.step(batch(0), 1e-3)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

it('a frozen-in-time batch failure surfaces when its turn comes', async () => {
  await using trainer = await nn.createTrainer(vitStep(), { runtime, seed: 0 });
  const failing = nn.fit({
    trainer,
    steps: 5,
    schedule,
    batch: (step) => (step === 2 ? Promise.reject(new Error('no data')) : batch(step)),
  });
  await expect(failing).rejects.toThrow('no data');
  expect(trainer.steps).toBe(2);
});

it('shuffled batches visit every sample once an epoch and depend on the step alone', () => {
  const pick = nn.shuffledBatches({ count: 12, batchSize: 4, seed: 1 });
  const epoch = [0, 1, 2].flatMap((step) => [...pick(step)]);
  expect([...epoch].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect([3, 4, 5].flatMap((step) => [...pick(step)])).not.toEqual(epoch);
  expect([...nn.shuffledBatches({ count: 12, batchSize: 4, seed: 1 })(4)]).toEqual([...pick(4)]);
});
