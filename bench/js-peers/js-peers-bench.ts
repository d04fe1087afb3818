import type { Runtime } from '@verilens/core';
import { createTrainer, targetOf, type Parameters } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { round, type Measured, type Row } from '../document.ts';
import { classifierStep, optimizerOf } from '../networks/classifier.ts';
import { batchOf, NETWORKS, type NetworkCase } from '../networks/networks.ts';
import type { VitConfig } from '../networks/vit.ts';
import { WEIGHT_DECAY } from '../peers/fastest-torch.ts';
import { median } from '../timing.ts';
import type { Job, Said } from './job.ts';

/** Steps whose losses are compared with ours; a wrong gradient shows from the second on. */
const CHECKED = 3;
const SAME_WORK = 1e-3;

const PEERS = [
  { engine: 'jax-js', backend: 'wasm' },
  { engine: 'tfjs', backend: 'cpu' },
  { engine: 'tfjs', backend: 'wasm' },
] as const;

export interface JsPeersBenchOptions {
  readonly models: readonly string[];
  /** Steps of each row, the first not counted. */
  readonly steps: number;
  /** After which a row ends with what it has. */
  readonly limitSeconds: number;
  /** Peers by engine and backend, as rows name them; default: all. */
  readonly peers?: readonly string[];
  readonly threads?: number;
  readonly say: (line: string) => void;
}

interface Steps {
  readonly losses: readonly number[];
  readonly ms: readonly number[];
  /** Why there are not as many as asked for. */
  readonly remark?: string;
  /** Of a peer's process, up to its last step. */
  readonly cpuSeconds?: number;
}

/** Training steps of the same networks in other JavaScript projects, each in a process of its own, after ours on native CPU and WASM. */
export async function jsPeersBench({
  models,
  steps,
  limitSeconds,
  peers,
  say,
  threads = availableParallelism(),
}: JsPeersBenchOptions): Promise<Measured> {
  const rows: Row[] = [];
  let childCpuSeconds = 0;
  for (const model of models) {
    const at = NETWORKS[model]!;
    let params: Parameters | undefined;
    const own: Steps[] = [];
    const add = (engine: string, done: Steps): void => {
      const [reference, onWasm = done] = own;
      rows.push(rowOf(model, at, engine, done, reference!, onWasm));
      say(Object.values(rows.at(-1)!).join('  '));
    };
    for (const start of [native.bind(undefined, { device: 'cpu', threads }), wasm.bind(undefined, { device: 'wasm', threads })]) {
      await using runtime = await start();
      const done = await ours(runtime, at, steps, params);
      params ??= done.initial;
      own.push(done);
    }
    add('ours, native CPU', own[0]!);
    add('ours, WASM', own[1]!);
    for (const { engine, backend } of PEERS) {
      if (peers?.includes(`${engine}, ${backend}`) === false) continue;
      const done = await peer(jobOf(at, params!, engine, backend, threads), steps, limitSeconds);
      childCpuSeconds += done.cpuSeconds ?? 0;
      add(`${engine}, ${backend}`, done);
    }
  }
  return {
    settings: { threads, models, steps, limitSeconds, checkedSteps: CHECKED },
    rows,
    childCpuSeconds,
    versions: versions(),
    notes: [
      `One engine after the other, ${steps} steps each and the first not counted, for at most ${limitSeconds} s a row with its start; "times ours" compares with our step on WASM, above 1 ours is faster. jax-js runs in one \`jit\`; TensorFlow.js's "cpu" is plain JavaScript, its "wasm" uses ${threads} threads.`,
      `All start from the same parameters and see the same batch; "loss gap" is the relative difference from our native CPU at the first step, and the largest over the first ${CHECKED}: above ${SAME_WORK} the engine does not do the same work and the row says so.`,
      'The peers are spared what ours does besides: running statistics of batch normalisation and the norm of the gradient. Node 20 has no WebGPU, so theirs is not measured; jax-js has no Node build and is given an empty `navigator`.',
    ],
  };
}

async function ours(
  runtime: Runtime,
  at: NetworkCase,
  count: number,
  init: Parameters | undefined,
): Promise<Steps & { readonly initial: Parameters }> {
  const batch = batchOf(at);
  const step = classifierStep(at.make(), [at.batch, ...at.input], optimizerOf(at), targetOf(runtime));
  await using trainer = await createTrainer(step, { runtime, seed: 0, init });
  const initial = trainer.parameters();
  const losses: number[] = [];
  const ms: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    losses.push((await trainer.step(batch, at.learningRate)).loss);
    ms.push(performance.now() - started);
  }
  return { losses, ms, initial };
}

function jobOf(at: NetworkCase, params: Parameters, engine: Job['engine'], backend: string, threads: number): Job {
  const { x, y } = batchOf(at);
  return {
    engine,
    backend,
    kind: at.config['kind'] as Job['kind'],
    ...(at.config['kind'] === 'vit' ? { vit: at.config as unknown as VitConfig } : {}),
    optimizer: at.optimizer,
    learningRate: at.learningRate,
    weightDecay: WEIGHT_DECAY,
    classes: at.classes,
    threads,
    params: Object.fromEntries([...params].map(([name, { data, shape }]) => [name, { data, shape }])),
    x: { data: x, shape: [at.batch, ...at.input] },
    y,
  };
}

/** Steps of a peer's process until there are enough, it fails or time is up. */
function peer(job: Job, count: number, limitSeconds: number): Promise<Steps> {
  const losses: number[] = [];
  const ms: number[] = [];
  let cpuSeconds = 0;
  const child = fork(fileURLToPath(new URL('one-process.ts', import.meta.url)), [], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    const end = (remark?: string): void => {
      clearTimeout(clock);
      child.removeAllListeners();
      child.kill('SIGKILL');
      resolve({ losses, ms, remark, cpuSeconds });
    };
    const clock = setTimeout(() => end(`did not finish ${count} steps in ${limitSeconds} s`), limitSeconds * 1000);
    child.on('message', (said: Said) => {
      if ('failed' in said) return end(said.failed);
      losses.push(said.loss);
      ms.push(said.ms);
      ({ cpuSeconds } = said);
      if (losses.length === count) end();
    });
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(`its process ended (${signal ?? `code ${code}`})`));
    child.send(job);
  });
}

/** Of the peers: their package.json is not always exported, so it is looked for beside the entry. */
function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = ['@jax-js/jax', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
  return Object.fromEntries(
    names.map((name) => {
      const entry = require.resolve(name);
      const root = entry.slice(0, entry.lastIndexOf(name) + name.length);
      return [name, (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version];
    }),
  );
}

function rowOf(model: string, at: NetworkCase, engine: string, { losses, ms, remark }: Steps, reference: Steps, onWasm: Steps): Row {
  const gap = (count: number): number | null =>
    losses.length < count
      ? null
      : Number(
          Math.max(
            ...losses.slice(0, count).map((loss, i) => Math.abs(loss - reference.losses[i]!) / Math.abs(reference.losses[i]!)),
          ).toExponential(1),
        );
  const counted = ms.length > 1 ? ms.slice(1) : ms;
  const usual = ms.length === 0 ? null : median(counted);
  const ownMs = median(onWasm.ms.slice(1));
  const first = gap(1);
  const later = gap(Math.min(CHECKED, Math.max(1, losses.length)));
  // a NaN fails too
  const wrong = later !== null && !(later <= SAME_WORK) ? 'not the same work: its losses differ from ours' : undefined;
  return {
    model,
    batch: at.batch,
    engine,
    steps: ms.length,
    'ms (median)': usual === null ? null : round(usual, 1),
    'first step (ms)': ms.length === 0 ? null : round(ms[0]!, 0),
    'times ours': usual === null ? null : round(usual / ownMs, 2),
    'loss gap, first': first,
    'loss gap': later,
    remark: [remark, wrong].filter((text) => text !== undefined).join('; ') || null,
  };
}
