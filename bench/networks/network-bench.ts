import { Tensor, type Runtime } from '@verilens/core';
import {
  adamW,
  createTrainer,
  crossEntropy,
  exportInference,
  float32,
  int32,
  sgd,
  targetOf,
  trainingStep,
  type Parameters,
  type Trainer,
} from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { round, type Measured, type Row } from '../document.ts';
import { CHECKED_STEPS, fastestTorch, WEIGHT_DECAY, type Work } from '../peers/fastest-torch.ts';
import { findTorch, startTorch, torchSettings, type Torch } from '../peers/pytorch.ts';
import { contender, interleave, median, quantile, type Contender, type RoundOptions } from '../timing.ts';
import { batchOf, NETWORKS, type NetworkCase } from './networks.ts';

/** Largest difference between two engines' losses over the checked steps, relative to the loss. */
const SAME_WORK = 1e-3;

export interface NetworkBenchOptions {
  readonly work: Work;
  readonly models: readonly string[];
  readonly rounds: RoundOptions;
  /** Threads of every engine; default: one for each core. */
  readonly threads?: number;
  /** Where to look for PyTorch; default: PYTHON and the usual names. */
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

/** Training step or inference of `@verilens/nn` on native CPU and WASM, and PyTorch eager on the same cores, in one run. */
export async function networkBench(options: NetworkBenchOptions): Promise<Measured> {
  const { work, models, rounds, pythons, say, threads = availableParallelism() } = options;
  const found = await findTorch(pythons);
  if (found === undefined) say('PyTorch is absent (python3-torch): our own times only.');
  const torches = found === undefined ? [] : torchSettings(threads).map((setting) => startTorch(found.python, setting));
  const runtimes = [await native({ device: 'cpu', threads }), await wasm({ device: 'wasm', threads })];
  const rows: Row[] = [];
  const chosen: Record<string, string> = {};
  try {
    for (const name of models) {
      const at = NETWORKS[name]!;
      const made = await prepare(at, work, runtimes, torches, say);
      if (made.torchChoice !== undefined) chosen[name] = made.torchChoice;
      const times = await interleave(made.contenders, rounds);
      for (const row of rowsOf(name, at, work, times, made.lossGap)) {
        rows.push(row);
        say(
          Object.values(row)
            .map((value) => value ?? '-')
            .join('  '),
        );
      }
      await made.dispose();
    }
  } finally {
    for (const torch of torches) await torch.close();
    for (const runtime of runtimes) await runtime.dispose();
  }
  const blas = found?.versions['pytorch BLAS'] ?? '';
  return {
    settings: {
      threads,
      models: Object.fromEntries(
        models.map((name) => {
          const { config, input, batch, optimizer, learningRate } = NETWORKS[name]!;
          return [name, { ...config, input, batch, optimizer, learningRate }];
        }),
      ),
      weightDecay: WEIGHT_DECAY,
      ...rounds,
      checkedSteps: CHECKED_STEPS,
      'fastest PyTorch setting': chosen,
    },
    rows,
    versions: found?.versions,
    childCpuSeconds: torches.reduce((sum, torch) => sum + torch.cpuSeconds(), 0),
    notes: [
      found === undefined
        ? 'PyTorch was absent: own times only, no ratio. Debian has it as python3-torch with libopenblas0-pthread.'
        : `PyTorch eager with ${blas}, its fastest thread setting for each row (of ${torchSettings(threads)
            .map(({ name }) => name)
            .join('; ')}${work === 'training step' ? '; optimiser with and without foreach' : ''}).${
            blas === 'OpenBLAS' ? ' PyTorch without MKL has a weak batched matrix product, which flatters our ratios on attention.' : ''
          }`,
      "Ratio: our time over PyTorch's, lower is better; p10: the same of the fastest tenth of the repetitions. Rounds are interleaved; the first repetition of each block is not counted.",
      `All engines start from the same parameters and see the same batch; "loss gap" is the largest relative difference from native CPU over ${work === 'training step' ? `${CHECKED_STEPS} steps` : 'one loss'}. Above ${SAME_WORK} the benchmark stops.`,
      ...(work === 'training step'
        ? [
            'Floor: what a prototype of the same lowerings reached against the same PyTorch; the goal is 1 on the CPU and 3 on WASM.',
            'Our training step also computes the norm of the whole gradient, which PyTorch is not asked for.',
          ]
        : []),
    ],
  };
}

interface Prepared {
  readonly contenders: readonly Contender[];
  readonly torchChoice?: string;
  /** Largest difference of losses from native CPU, by contender. */
  readonly lossGap: ReadonlyMap<string, number>;
  dispose(): Promise<void>;
}

async function prepare(
  at: NetworkCase,
  work: Work,
  runtimes: readonly Runtime[],
  torches: readonly Torch[],
  say: (line: string) => void,
): Promise<Prepared> {
  const batch = batchOf(at);
  const shape = [at.batch, ...at.input];
  const net = at.make();
  const contenders: Contender[] = [];
  const losses = new Map<string, readonly number[]>();
  const disposals: (() => Promise<void>)[] = [];
  let params: Parameters | undefined;
  for (const runtime of runtimes) {
    const target = targetOf(runtime);
    const step = trainingStep({
      module: net,
      inputs: { x: float32(shape), y: int32([at.batch]) },
      loss: (p, { x, y }) => ({ loss: crossEntropy(net.apply(p, x), y) }),
      optimizer: at.optimizer === 'adamw' ? adamW({ weightDecay: WEIGHT_DECAY }) : sgd(),
      target,
    });
    const trainer = await createTrainer(step, { runtime, seed: 0, init: params });
    params ??= trainer.parameters();
    if (work === 'training step') {
      losses.set(runtime.device, await lossesOf(trainer, batch, at.learningRate));
      contenders.push(contender(runtime.device, () => trainer.step(batch, at.learningRate)));
      disposals.push(() => trainer.dispose());
      continue;
    }
    await trainer.dispose();
    const onnx = exportInference({
      module: net,
      params,
      inputs: { x: float32(['batch', ...shape.slice(1)]) },
      forward: (p, { x }) => ({ logits: net.apply(p, x) }),
      target,
    });
    const session = await runtime.load(onnx, { name: 'network' });
    const feeds = { x: new Tensor('float32', batch.x, shape) };
    const { logits } = await session.run(feeds);
    losses.set(runtime.device, [meanCrossEntropy(logits!.data as Float32Array, batch.y, at.classes)]);
    contenders.push(contender(runtime.device, () => session.run(feeds)));
    disposals.push(() => session.dispose());
  }
  const torch = torches.length === 0 ? undefined : await fastestTorch(at, work, params!, batch, shape, torches);
  if (torch !== undefined) {
    losses.set('pytorch', torch.losses);
    contenders.push(torch.contender);
    disposals.push(torch.dispose);
    say(`PyTorch's fastest setting: ${torch.choice}`);
  }
  const reference = losses.get(runtimes[0]!.device)!;
  const lossGap = new Map(
    [...losses].map(([name, values]) => [
      name,
      Math.max(...values.map((value, i) => Math.abs(value - reference[i]!) / Math.abs(reference[i]!))),
    ]),
  );
  for (const [name, gap] of lossGap) {
    if (!(gap <= SAME_WORK))
      throw new Error(
        `${name} does not do the same work: its losses differ by ${gap} (${losses.get(name)!.join(', ')} against ${reference.join(', ')})`,
      );
  }
  return {
    contenders,
    torchChoice: torch?.choice,
    lossGap,
    async dispose() {
      for (const dispose of disposals) await dispose();
    },
  };
}

async function lossesOf(trainer: Trainer, batch: { x: Float32Array; y: Int32Array }, learningRate: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < CHECKED_STEPS; i++) losses.push((await trainer.step(batch, learningRate)).loss);
  return losses;
}

function meanCrossEntropy(logits: Float32Array, labels: Int32Array, classes: number): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = Math.max(...own);
    sum += top + Math.log(own.reduce((total, value) => total + Math.exp(value - top), 0)) - own[label]!;
  });
  return sum / labels.length;
}

function rowsOf(
  name: string,
  at: NetworkCase,
  work: Work,
  times: ReadonlyMap<string, readonly number[]>,
  lossGap: ReadonlyMap<string, number>,
): Row[] {
  const torch = times.get('pytorch');
  return [...times].map(([engine, values]) => ({
    model: name,
    batch: at.batch,
    engine,
    'ms (median)': round(median(values), 2),
    'ms (p10)': round(quantile(values, 0.1), 2),
    'ratio to PyTorch': torch === undefined ? null : round(median(values) / median(torch), 2),
    ...(work === 'training step' ? { floor: at.floor?.[engine as 'cpu' | 'wasm'] ?? null } : {}),
    'ratio at p10': torch === undefined ? null : round(quantile(values, 0.1) / quantile(torch, 0.1), 2),
    'loss gap': Number(lossGap.get(engine)!.toExponential(1)),
    repetitions: values.length,
  }));
}
