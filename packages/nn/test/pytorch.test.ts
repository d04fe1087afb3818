import { readFile } from 'node:fs/promises';
import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';
import { devices } from './devices.ts';
import { smallVit } from './small-vit.ts';

interface Case {
  readonly name: string;
  readonly op: keyof typeof builders;
  readonly attrs: { readonly labels?: number[]; readonly labelSmoothing?: number; readonly axis?: number };
  readonly inputs: number;
  readonly second: boolean;
}
interface Run {
  readonly rates: number[];
  readonly losses: number[];
  readonly norms: number[];
}

const read = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(`../fixtures/${name}`, import.meta.url)));
const json = async <T>(name: string): Promise<T> => JSON.parse(new TextDecoder().decode(await read(name))) as T;

const labelled = (labels: number[] | undefined): Sym => nn.constant(Int32Array.from(labels!), [labels!.length]);
const builders = {
  gelu: (_: object, x: Sym) => nn.gelu(x),
  silu: (_: object, x: Sym) => nn.silu(x),
  softplus: (_: object, x: Sym) => nn.softplus(x),
  relu: (_: object, x: Sym) => nn.relu(x),
  layerNorm: (_: object, x: Sym, g: Sym, b: Sym) => nn.layerNorm(x, g, b),
  softmax: (a: { axis?: number }, x: Sym) => nn.softmax(x, a.axis),
  attention: (_: object, q: Sym, k: Sym, v: Sym, mask?: Sym) => nn.attention(q, k, v, mask === undefined ? {} : { mask }),
  conv2d: (a: object, x: Sym, w: Sym, b?: Sym) => nn.conv2d(x, w, b, a),
  maxPool2d: (a: object, x: Sym) => nn.maxPool2d(x, a as nn.PoolOptions),
  avgPool2d: (a: object, x: Sym) => nn.avgPool2d(x, a as nn.PoolOptions),
  bceWithLogits: (_: object, z: Sym, t: Sym) => nn.bceWithLogits(z, t),
  crossEntropy: (a: { labels?: number[]; labelSmoothing?: number }, x: Sym, t?: Sym) => nn.crossEntropy(x, t ?? labelled(a.labels), a),
  embedding: (a: { labels?: number[] }, w: Sym) => nn.square(nn.gather(w, labelled(a.labels))),
};

function worst(got: Float32Array, wanted: Float32Array): number {
  const scale = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  expect(got.length).toBe(wanted.length);
  return got.reduce((m, v, i) => Math.max(m, Number.isFinite(v) ? Math.abs(v - wanted[i]!) / scale : Infinity), 0);
}

const cases = await json<Case[]>('ops.json');
const values = nn.readSafetensors(await read('ops.safetensors')).tensors;
const runs = await json<Record<string, Run>>('training.json');
const training = nn.readSafetensors(await read('training.safetensors')).tensors;

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

  it.skipIf(slow || skip !== undefined).each(cases.map((row) => [`${row.op} ${row.name}`, row] as const))('%s', async (label, row) => {
    const value = (key: string): Float32Array => values.get(`${row.name}.${key}`)!.data as Float32Array;
    const inputs: Record<string, Sym> = {};
    const feeds: TensorMap = {};
    for (let i = 0; i < row.inputs; i++) {
      const { shape } = values.get(`${row.name}.x${i}`)!;
      inputs[`x${i}`] = nn.input(`x${i}`, { shape, dtype: 'float32' });
      feeds[`x${i}`] = new Tensor('float32', value(`x${i}`), shape);
    }
    const syms = Object.values(inputs);
    const y = (builders[row.op] as (attrs: object, ...x: Sym[]) => Sym)(row.attrs, ...syms);
    const first = nn.gradients(nn.sum(nn.mul(y, nn.constant(value('w'), y.shape))), syms);
    const outputs: Record<string, Sym> = { y, ...Object.fromEntries(first.map((g, i) => [`g${i}`, g])) };
    if (row.second) {
      const along = nn.addAll(first.map((g, i) => nn.sum(nn.mul(g, nn.constant(value(`d${i}`), g.shape)))));
      nn.gradients(along, syms).forEach((h, i) => (outputs[`h${i}`] = h));
    }
    const session = await runtime.load(nn.writeGraph({ inputs, outputs, target: nn.targetOf(runtime) }), { name: label });
    const results = await session.run(feeds);
    await session.dispose();
    for (const key of Object.keys(outputs)) expect(worst(results[key]!.data as Float32Array, value(key)), key).toBeLessThan(2e-5);
  });

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
