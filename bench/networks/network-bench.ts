import type { Runtime } from '@verilens/core';
import type { Parameters } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { round, type BenchDocument, type Measured, type Row } from '../document.ts';
import { CHECKED_STEPS, fastestTorch, WEIGHT_DECAY, type Work } from '../peers/fastest-torch.ts';
import { fastest, type FastestOptions } from '../fastest.ts';
import { findTorch, startTorch, torchSettings, type Torch } from '../peers/pytorch.ts';
import { contender, interleave, median, quantile, type Contender, type RoundOptions } from '../timing.ts';
import { batchOf, NETWORKS, type NetworkCase } from './networks.ts';
import { ours, type Ours } from './ours.ts';

/** Largest difference between two engines' losses over the checked steps, relative to the loss. */
const SAME_WORK = 1e-3;

export interface NetworkBenchOptions {
  readonly work: Work;
  readonly models: readonly string[];
  readonly rounds: RoundOptions;
  /** The rounds that decide between settings. Default 5 of 120 ms, up to three times. */
  readonly choosing?: FastestOptions;
  /** Threads of every engine; default: one for each core. */
  readonly threads?: number;
  /** Where to look for PyTorch; default: PYTHON and the usual names. */
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

/** Training step or inference of `@verilens/nn` on native CPU and WASM, and PyTorch eager on the same cores, in one run. */
export async function networkBench(options: NetworkBenchOptions): Promise<Measured> {
  const { work, models, rounds, choosing, pythons, say, threads = availableParallelism() } = options;
  const found = await findTorch(pythons);
  if (found === undefined) say('PyTorch is absent (python3-torch): our own times only.');
  const torches = found === undefined ? [] : torchSettings(threads).map((setting) => startTorch(found.python, setting));
  const engines: readonly Engine[] = [
    {
      name: 'cpu',
      settings: [
        { name: 'sleeping threads', runtime: await native({ device: 'cpu', threads }) },
        ...(threads === 1 ? [] : [{ name: 'spinning threads', runtime: await native({ device: 'cpu', threads, allowSpinning: true }) }]),
      ],
    },
    { name: 'wasm', settings: [{ name: 'usual', runtime: await wasm({ device: 'wasm', threads }) }] },
  ];
  const rows: Row[] = [];
  const chosen: Record<string, Readonly<Record<string, string>>> = {};
  try {
    for (const name of models) {
      const at = NETWORKS[name]!;
      const made = await prepare(at, work, engines, torches, choosing);
      chosen[name] = made.choices;
      say(`${name}: ${shown(made.choices)}`);
      const times = await interleave(made.contenders, rounds);
      for (const row of rowsOf(name, at, work, times, made)) {
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
    for (const { runtime } of engines.flatMap(({ settings }) => settings)) await runtime.dispose();
  }
  const settings = {
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
    'fastest settings': chosen,
  };
  const versions = found?.versions;
  return {
    settings,
    rows,
    versions,
    childCpuSeconds: torches.reduce((sum, torch) => sum + torch.cpuSeconds(), 0),
    notes: notes(work, { settings, versions: versions ?? {} }),
  };
}

/** What has to be known to read the rows. */
export function notes(work: Work, { settings, versions }: Pick<BenchDocument, 'settings' | 'versions'>): string[] {
  const blas = versions['pytorch BLAS'];
  const chosen = settings['fastest settings'] as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return [
    blas === undefined
      ? 'PyTorch was absent: own times only, no ratio. Debian has it as python3-torch with libopenblas0-pthread.'
      : `PyTorch eager with ${blas}, its fastest thread setting for each row (of ${torchSettings(settings['threads'] as number)
          .map(({ name }) => name)
          .join('; ')}${work === 'training step' ? '; optimiser with and without foreach' : ''}).${
          blas === 'OpenBLAS' ? ' PyTorch without MKL has a weak batched matrix product, which flatters our ratios on attention.' : ''
        }`,
    `Settings chosen: ${Object.entries(chosen)
      .map(([name, choices]) => `${name} ${shown(choices)}`)
      .join(
        '; ',
      )}. Native threads sleep between operators unless asked to spin (\`allowSpinning\`); both are tried, as for PyTorch, in interleaved rounds, those near the fastest again.`,
    "Ratio: our time over PyTorch's, lower is better; p10: the same of the fastest tenth of the repetitions. Rounds are interleaved; the first repetition of each block is not counted.",
    `All engines start from the same parameters and see the same batch; "loss gap" is the largest relative difference from native CPU over ${work === 'training step' ? `${CHECKED_STEPS} steps` : 'one loss'}. Above ${SAME_WORK} the benchmark stops.`,
    ...(work === 'training step'
      ? [
          'Floor: what a prototype of the same lowerings reached against the same PyTorch; the goal is 1 on the CPU and 3 on WASM.',
          'Our training is timed as `fit` does it: several steps in one run of the runtime, as many as take a second, up to 16, and the time divided by their number ("steps a run"); a repetition is such a run. PyTorch is timed step by step.',
          'Our training step also computes the norm of the whole gradient, which PyTorch is not asked for.',
        ]
      : []),
  ];
}

/** One of our engines and the settings it may be run with; the fastest one is timed. */
interface Engine {
  readonly name: string;
  readonly settings: readonly { readonly name: string; readonly runtime: Runtime }[];
}

const shown = (choices: Readonly<Record<string, string>>): string =>
  Object.entries(choices)
    .map(([engine, choice]) => `${engine} with ${choice}`)
    .join(', ');

interface Prepared {
  readonly contenders: readonly Contender[];
  /** Setting chosen, by contender, where there was a choice. */
  readonly choices: Readonly<Record<string, string>>;
  /** Largest difference of losses from native CPU, by contender. */
  readonly lossGap: ReadonlyMap<string, number>;
  dispose(): Promise<void>;
}

async function prepare(
  at: NetworkCase,
  work: Work,
  engines: readonly Engine[],
  torches: readonly Torch[],
  choosing?: FastestOptions,
): Promise<Prepared> {
  const batch = batchOf(at);
  const shape = [at.batch, ...at.input];
  const net = at.make();
  const contenders: Contender[] = [];
  const choices: Record<string, string> = {};
  const losses = new Map<string, readonly number[]>();
  const disposals: (() => Promise<void>)[] = [];
  let params: Parameters | undefined;
  for (const { name, settings } of engines) {
    const tried: (Ours & Contender)[] = [];
    for (const setting of settings) {
      const made = await ours(at, net, work, batch, shape, setting.runtime, params);
      params ??= made.params;
      tried.push({ ...made, ...contender(setting.name, made.once, made.together) });
    }
    const best = await fastest(tried, choosing);
    for (const other of tried) if (other !== best) await other.dispose();
    if (tried.length > 1) choices[name] = best.name;
    losses.set(name, best.losses);
    contenders.push({ ...best, name });
    disposals.push(() => best.dispose());
  }
  const torch = torches.length === 0 ? undefined : await fastestTorch(at, work, params!, batch, shape, torches, choosing);
  if (torch !== undefined) {
    losses.set('pytorch', torch.losses);
    contenders.push(torch.contender);
    disposals.push(torch.dispose);
    choices['pytorch'] = torch.choice;
  }
  const reference = losses.get(engines[0]!.name)!;
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
    choices,
    lossGap,
    async dispose() {
      for (const dispose of disposals) await dispose();
    },
  };
}

function rowsOf(
  name: string,
  at: NetworkCase,
  work: Work,
  times: ReadonlyMap<string, readonly number[]>,
  { contenders, lossGap }: Prepared,
): Row[] {
  const together = new Map(contenders.map((own) => [own.name, own.together ?? 1]));
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
    ...(work === 'training step' ? { 'steps a run': together.get(engine)! } : {}),
    repetitions: values.length,
  }));
}
