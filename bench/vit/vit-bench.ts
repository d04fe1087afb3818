import { Tensor, type Runtime } from '@verilens/core';
import {
  adamW,
  createTrainer,
  crossEntropy,
  exportInference,
  float32,
  int32,
  targetOf,
  trainingStep,
  type Parameters,
  type Trainer,
} from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { round, type Measured, type Row } from '../document.ts';
import { findTorch, packed, startTorch, torchSettings, type Torch } from '../peers/pytorch.ts';
import { contender, interleave, median, quantile, rest, type Contender, type RoundOptions } from '../timing.ts';
import { batchOf, patches, vit, VITS, type VitConfig } from './models.ts';

const LEARNING_RATE = 1e-3;
const WEIGHT_DECAY = 0.01;
/** Steps whose losses are compared before anything is timed. */
const CHECKED_STEPS = 5;
/** Largest difference between two engines' losses over those steps. */
const SAME_WORK = 1e-3;

type Work = 'training step' | 'inference';

export interface VitBenchOptions {
  readonly models: readonly string[];
  readonly rounds: RoundOptions;
  /** Threads of every engine; default: one for each core. */
  readonly threads?: number;
  /** Where to look for PyTorch; default: PYTHON and the usual names. */
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

/** ViT training step and inference of `@verilens/nn` on native CPU and WASM, and PyTorch eager on the same cores, in one run. */
export async function vitBench({ models, rounds, pythons, say, threads = availableParallelism() }: VitBenchOptions): Promise<Measured> {
  const found = await findTorch(pythons);
  if (found === undefined) say('PyTorch is absent (python3-torch): our own times only.');
  const torches = found === undefined ? [] : torchSettings(threads).map((setting) => startTorch(found.python, setting));
  const runtimes = [await native({ device: 'cpu', threads }), await wasm({ device: 'wasm', threads })];
  const rows: Row[] = [];
  const chosen: Record<string, string> = {};
  try {
    for (const name of models) {
      for (const work of ['training step', 'inference'] as const) {
        const made = await prepare(VITS[name]!, work, runtimes, torches, say);
        if (made.torchChoice !== undefined) chosen[`${name}, ${work}`] = made.torchChoice;
        const times = await interleave(made.contenders, rounds);
        for (const row of rowsOf(name, VITS[name]!, work, times, made.lossGap)) {
          rows.push(row);
          say(
            Object.values(row)
              .map((value) => value ?? '-')
              .join('  '),
          );
        }
        await made.dispose();
      }
    }
  } finally {
    for (const torch of torches) await torch.close();
    for (const runtime of runtimes) await runtime.dispose();
  }
  const blas = found?.versions['pytorch BLAS'] ?? '';
  return {
    settings: {
      threads,
      optimizer: `AdamW, learning rate ${LEARNING_RATE}, weight decay ${WEIGHT_DECAY}`,
      models: Object.fromEntries(models.map((name) => [name, VITS[name]])),
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
            .join(
              '; ',
            )}; AdamW with and without foreach).${blas === 'OpenBLAS' ? ' PyTorch without MKL has a weak batched matrix product, which flatters our ratios on attention.' : ''}`,
      "Ratio: our time over PyTorch's, lower is better; p10: the same of the fastest tenth of the steps. Rounds are interleaved; the first repetition of each block is not counted.",
      `All engines start from the same parameters and see the same batch; "loss gap" is the largest difference from native CPU over ${CHECKED_STEPS} steps (inference: of one loss). Above ${SAME_WORK} the benchmark stops.`,
      'Our training step also computes the norm of the whole gradient, which PyTorch is not asked for.',
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
  config: VitConfig,
  work: Work,
  runtimes: readonly Runtime[],
  torches: readonly Torch[],
  say: (line: string) => void,
): Promise<Prepared> {
  const batch = batchOf(config);
  const shape = [config.batch, patches(config), config.patch];
  const net = vit(config);
  const contenders: Contender[] = [];
  const losses = new Map<string, readonly number[]>();
  const disposals: (() => Promise<void>)[] = [];
  let params: Parameters | undefined;
  for (const runtime of runtimes) {
    const target = targetOf(runtime);
    const step = trainingStep({
      module: net,
      inputs: { x: float32(shape), y: int32([config.batch]) },
      loss: (p, { x, y }) => ({ loss: crossEntropy(net.apply(p, x), y) }),
      optimizer: adamW({ weightDecay: WEIGHT_DECAY }),
      target,
    });
    const trainer = await createTrainer(step, { runtime, seed: 0, init: params });
    params ??= trainer.parameters();
    if (work === 'training step') {
      losses.set(runtime.device, await lossesOf(trainer, batch));
      contenders.push(contender(runtime.device, () => trainer.step(batch, LEARNING_RATE)));
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
    const session = await runtime.load(onnx, { name: 'vit' });
    const feeds = { x: new Tensor('float32', batch.x, shape) };
    const { logits } = await session.run(feeds);
    losses.set(runtime.device, [meanCrossEntropy(logits!.data as Float32Array, batch.y, config.classes)]);
    contenders.push(contender(runtime.device, () => session.run(feeds)));
    disposals.push(() => session.dispose());
  }
  const torch = torches.length === 0 ? undefined : await fastestTorch(config, work, params!, batch, shape, torches);
  if (torch !== undefined) {
    losses.set('pytorch', torch.losses);
    contenders.push(torch.contender);
    disposals.push(torch.dispose);
    say(`PyTorch's fastest setting: ${torch.choice}`);
  }
  const reference = losses.get(runtimes[0]!.device)!;
  const lossGap = new Map(
    [...losses].map(([name, values]) => [name, Math.max(...values.map((value, i) => Math.abs(value - reference[i]!)))]),
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

async function lossesOf(trainer: Trainer, batch: { x: Float32Array; y: Int32Array }): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < CHECKED_STEPS; i++) losses.push((await trainer.step(batch, LEARNING_RATE)).loss);
  return losses;
}

/** Tries every thread setting for a moment and keeps the fastest; the others forget the model. */
async function fastestTorch(
  config: VitConfig,
  work: Work,
  params: Parameters,
  batch: { x: Float32Array; y: Int32Array },
  shape: readonly number[],
  torches: readonly Torch[],
): Promise<{ contender: Contender; choice: string; losses: number[]; dispose: () => Promise<void> }> {
  const train = work === 'training step';
  const request = {
    do: 'make',
    mode: train ? 'train' : 'infer',
    config,
    params: Object.fromEntries([...params].map(([name, { data, shape }]) => [name, packed(data, shape)])),
    x: packed(batch.x, shape),
    y: packed(batch.y, [config.batch]),
    optimizer: { learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY },
  };
  const tried: { torch: Torch; id: string; choice: string; ms: number; losses: number[] }[] = [];
  for (const torch of torches) {
    for (const foreach of train ? [false, true] : [false]) {
      const id = `${work} ${foreach}`;
      await torch.ask({ ...request, id, foreach });
      const { losses } = await torch.ask<{ losses: number[] }>({ do: 'losses', id, count: train ? CHECKED_STEPS : 1 });
      tried.push({ torch, id, choice: `${torch.setting.name}${foreach ? ', foreach' : ''}`, ms: Infinity, losses });
    }
  }
  const time = async ({ torch, id }: (typeof tried)[number], count: number): Promise<number[]> =>
    (await torch.ask<{ times: number[] }>({ do: train ? 'train' : 'infer', id, count })).times;
  // Twice over all of them: one disturbed moment must not decide.
  for (let pass = 0; pass < 2; pass++) {
    for (const candidate of tried) {
      await rest();
      candidate.ms = Math.min(candidate.ms, median((await time(candidate, 12)).slice(2)));
    }
  }
  const best = tried.reduce((a, b) => (b.ms < a.ms ? b : a));
  for (const { torch, id } of tried) if (torch !== best.torch || id !== best.id) await torch.ask({ do: 'drop', id });
  return {
    contender: { name: 'pytorch', repeat: (count) => time(best, count) },
    choice: best.choice,
    losses: best.losses,
    dispose: async () => void (await best.torch.ask({ do: 'drop', id: best.id })),
  };
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
  config: VitConfig,
  work: Work,
  times: ReadonlyMap<string, readonly number[]>,
  lossGap: ReadonlyMap<string, number>,
): Row[] {
  const torch = times.get('pytorch');
  return [...times].map(([engine, values]) => ({
    model: name,
    work,
    batch: config.batch,
    engine,
    'ms (median)': round(median(values), 2),
    'ms (p10)': round(quantile(values, 0.1), 2),
    'ratio to PyTorch': torch === undefined ? null : round(median(values) / median(torch), 2),
    'ratio at p10': torch === undefined ? null : round(quantile(values, 0.1) / quantile(torch, 0.1), 2),
    'loss gap': Number(lossGap.get(engine)!.toExponential(1)),
    repetitions: values.length,
  }));
}
