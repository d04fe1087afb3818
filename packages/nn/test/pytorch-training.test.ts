import type { Runtime } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';
import { devices } from './devices.ts';
import { readFixture, readJsonFixture, worst } from './fixture-files.ts';
import { smallVit } from './small-vit.ts';

interface Run {
  readonly rates: number[];
  readonly losses: number[];
  readonly norms: number[];
}

const runs = await readJsonFixture<Record<string, Run>>('training.json');
const training = nn.readSafetensors(await readFixture('training.safetensors')).tensors;

const cnn = nn.sequential(
  nn.conv2dModule(3, 4, 3, { padding: 1 }),
  nn.relu,
  nn.conv2dModule(4, 6, 3, { padding: 1, stride: 2 }),
  nn.relu,
  (x) => nn.globalAveragePool(nn.maxPool2d(x, { size: 2 })),
  nn.linear(6, 3),
);
const vit = smallVit({ width: 16, depth: 2, heads: 2, patch: 6, tokens: 4, classes: 3 });
const trained = [
  { name: 'vit', module: vit, x: [4, 4, 6], optimizer: nn.adamW({ weightDecay: 0.05 }), clipNorm: 1 },
  {
    name: 'cnn',
    module: cnn,
    x: [4, 3, 8, 8],
    optimizer: nn.sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    clipNorm: undefined,
  },
];

describe.each(devices)('against PyTorch, $name', ({ open, skip, slow }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    if (skip === undefined) runtime = await open();
  });
  afterAll(() => runtime?.dispose());

  it.skipIf(skip !== undefined).each(trained)(
    'the loss curve of a $name',
    async ({ name, module, x, optimizer, clipNorm }) => {
      const apply = module.apply as (p: never, x: Sym) => Sym;
      const step = nn.trainingStep({
        module,
        inputs: { x: nn.float32(x), y: nn.int32([4]) },
        loss: (p, at) => ({ loss: nn.crossEntropy(apply(p as never, at.x), at.y, { labelSmoothing: 0.1 }) }),
        optimizer,
        ...(clipNorm === undefined ? {} : { clipNorm }),
        target: nn.targetOf(runtime),
      });
      const named = (stage: string): nn.Parameters =>
        new Map(
          [...step.params.keys()].map((key) => [
            key,
            training.get(`${name}.${stage}.${key}`) as nn.Parameters extends ReadonlyMap<string, infer T> ? T : never,
          ]),
        );
      await using trainer = await nn.createTrainer(step, { runtime, seed: 0, init: named('initial') });
      const { rates, losses, norms } = runs[name]!;
      const batches = { x: training.get(`${name}.x`)!.data as Float32Array, y: training.get(`${name}.y`)!.data as Int32Array };
      // on software WebGPU compiling the shaders takes most of the time: two steps tell whether the whole graph is right
      for (const [s, rate] of rates.slice(0, slow ? 2 : rates.length).entries()) {
        const part = <T extends Float32Array | Int32Array>(data: T): T =>
          data.slice((s % 3) * (data.length / 3), ((s % 3) + 1) * (data.length / 3)) as T;
        const { loss, metrics } = await trainer.step({ x: part(batches.x), y: part(batches.y) }, rate);
        expect(Math.abs(loss - losses[s]!) / losses[s]!, `loss of step ${s}`).toBeLessThan(1e-4);
        expect(Math.abs(metrics['gradientNorm']! - norms[s]!) / norms[s]!, `gradient norm of step ${s}`).toBeLessThan(1e-3);
      }
      if (slow) return;
      const wanted = named('final');
      for (const [key, { data }] of trainer.parameters()) {
        // softmax does not change when all scores of a row move alike, so the bias of the keys has no gradient but rounding
        // noise, which AdamW scales up to full steps: that third of the vector is arbitrary in any framework
        const known = (all: Float32Array): Float32Array =>
          key.endsWith('qkv.bias') ? Float32Array.of(...all.slice(0, all.length / 3), ...all.slice((2 * all.length) / 3)) : all;
        expect(worst(known(data), known(wanted.get(key)!.data)), key).toBeLessThan(2e-3);
      }
    },
    240_000,
  );
});
