import {
  adamW,
  averaged,
  batchNormModule,
  conv2dModule,
  createTrainer,
  crossEntropy,
  cosine,
  dropout,
  fit,
  float32,
  globalAveragePool,
  int32,
  linear,
  module,
  random,
  relu,
  trainingStep,
  type Batch,
  type Sym,
  type TrainingStep,
} from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { round, type Measured, type Row } from '../document.ts';

/** Bar of the project: resident memory over the run. */
const BAR = 0.05;
const B = 16;

/** A small network with everything that keeps state: batch statistics, dropout, AdamW, averaged weights, clipping. */
function network(): TrainingStep {
  const one = conv2dModule(3, 16, 3, { padding: 1, stride: 2 });
  const norm = batchNormModule(16);
  const two = conv2dModule(16, 32, 3, { padding: 1, stride: 2 });
  const head = linear(32, 4);
  const net = module('net', { one, norm, two, head }, (p, x: Sym) => {
    const first = relu(norm.apply(p.norm, one.apply(p.one, x)));
    return { pooled: globalAveragePool(relu(two.apply(p.two, first))), head: (y: Sym) => head.apply(p.head, y) };
  });
  return trainingStep({
    module: net,
    inputs: { x: float32([B, 3, 16, 16]), y: int32([B]) },
    loss: (p, { x, y }, draw) => {
      const { pooled, head: classify } = net.apply(p, x);
      return { loss: crossEntropy(classify(dropout(pooled, 0.1, draw)), y) };
    },
    optimizer: averaged(adamW()),
    clipNorm: 1,
    target: 'native',
  });
}

function batch(step: number): Batch {
  const { normal, below } = random(1, step);
  const y = Int32Array.from({ length: B }, () => below(4));
  const x = Float32Array.from(
    { length: B * 768 },
    (_, i) => 0.5 * normal() + (Math.floor(i / 768) % 4 === 0 ? 0.2 : 0) * y[Math.floor(i / 768)]!,
  );
  return { x, y };
}

/** Trains on and on with `fit` and looks at the resident memory of the process. */
export async function soakBench({
  steps,
  threads = 2,
  say,
}: {
  steps: number;
  threads?: number;
  say: (line: string) => void;
}): Promise<Measured> {
  await using runtime = await native({ device: 'cpu', threads });
  await using trainer = await createTrainer(network(), { runtime, seed: 0 });
  // before that code is compiled, and arenas and heaps find their size
  const warmup = Math.ceil(0.3 * steps);
  const all = warmup + steps;
  const resident: number[] = [];
  const heap: number[] = [];
  const losses: number[] = [];
  await fit({
    trainer,
    steps: all,
    schedule: cosine({ peak: 2e-3, steps: all, warmup: 100 }),
    batch,
    onProgress: ({ step, loss }) => {
      losses.push(loss);
      if (step % Math.ceil(all / 13) === 0)
        say(`step ${step}: ${round(process.memoryUsage.rss() / 2 ** 20, 1)} MiB, loss ${round(loss, 4)}`);
      if (step <= warmup || step % 50 !== 0) return;
      const { rss, heapTotal } = process.memoryUsage();
      resident.push(rss / 2 ** 20);
      heap.push(heapTotal / 2 ** 20);
    },
  });
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const first = (values: readonly number[]): number => mean(values.slice(0, Math.ceil(values.length / 10)));
  const last = (values: readonly number[]): number => mean(values.slice(-Math.ceil(values.length / 10)));
  const change = last(resident) / first(resident) - 1;
  const row: Row = {
    steps,
    'first tenth (MiB)': round(first(resident), 1),
    'last tenth (MiB)': round(last(resident), 1),
    change: round(change, 4),
    'lowest (MiB)': round(Math.min(...resident), 1),
    'highest (MiB)': round(Math.max(...resident), 1),
    'JavaScript heap, first and last tenth (MiB)': `${round(first(heap), 1)}, ${round(last(heap), 1)}`,
    'loss at first': round(mean(losses.slice(0, 50)), 4),
    'loss at last': round(mean(losses.slice(-50)), 4),
  };
  return {
    settings: { threads, batch: B, warmup, network: 'two convolutions, batch normalisation, dropout, averaged AdamW, clipping', bar: BAR },
    rows: [row],
    notes: [
      `Resident memory (RSS) read every 50 steps, without forcing collections, after ${warmup} steps of warming up; the last tenth of ${steps} steps against the first: ${round(change * 100, 2)} %; bar of ${BAR * 100} % ${Math.abs(change) < BAR ? 'met' : 'MISSED'}.`,
    ],
  };
}
