import type { Runtime } from '@verilens/core';
import type { Parameters } from '@verilens/nn';
import { round, type Row } from '../document.ts';
import { batchOf, NETWORKS, type NetworkCase } from '../networks/networks.ts';
import { ours } from '../networks/ours.ts';
import { fastestTorch, type Work } from '../peers/fastest-torch.ts';
import type { Torch } from '../peers/pytorch.ts';
import { contender, interleave, median, quantile, type Contender, type RoundOptions } from '../timing.ts';
import { withKeptState } from './kept-state.ts';

export interface TimesOptions {
  readonly models: readonly string[];
  /** Batches as multiples of the network's own. */
  readonly batches: readonly number[];
  readonly rounds: RoundOptions;
  readonly cpu: Runtime;
  readonly webgpu: Runtime;
  /** PyTorch on the same GPU. */
  readonly torch?: Torch;
  readonly say: (line: string) => void;
}

/** Training steps and inference of networks on the CPU and on the GPU, in interleaved rounds. A failure of an engine costs its row alone. */
export async function gpuTimes(options: TimesOptions): Promise<{ rows: Row[]; failures: string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const name of options.models)
    for (const times of options.batches)
      for (const work of ['training step', 'inference'] as const) {
        const at = { ...NETWORKS[name]!, batch: NETWORKS[name]!.batch * times };
        rows.push(...(await timed(name, at, work, options, failures)));
      }
  return { rows, failures };
}

interface Entrant {
  readonly contender: Contender;
  readonly losses: readonly number[];
  /** From nothing to the checked losses; compiling shaders is in it. */
  readonly readySeconds: number;
  dispose(): Promise<void>;
}

async function timed(
  name: string,
  at: NetworkCase,
  work: Work,
  { rounds, cpu, webgpu, torch, say }: TimesOptions,
  failures: string[],
): Promise<Row[]> {
  const batch = batchOf(at);
  const shape = [at.batch, ...at.input];
  const net = at.make();
  const entrants: Entrant[] = [];
  let params: Parameters | undefined;
  const enter = async (engine: string, make: () => Promise<Omit<Entrant, 'readySeconds'>>): Promise<void> => {
    const started = performance.now();
    try {
      entrants.push({ ...(await make()), readySeconds: round((performance.now() - started) / 1000, 2) });
    } catch (error) {
      failures.push(`${name}, ${work}, batch ${at.batch}, ${engine}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const own = (engine: string, runtime: Runtime): Promise<void> =>
    enter(engine, async () => {
      const made = await ours(at, net, work, batch, shape, runtime, params);
      params ??= made.params;
      return { ...made, contender: contender(engine, made.once, made.together) };
    });
  await own('cpu', cpu);
  await own('webgpu', webgpu);
  if (work === 'training step') await own('webgpu, state kept', withKeptState(webgpu));
  if (torch !== undefined && params !== undefined) {
    const from = params;
    await enter('pytorch, cuda', async () => {
      const made = await fastestTorch(at, work, from, batch, shape, [torch], { rounds: 1, blockMs: 40, again: 0 });
      return { ...made, contender: { ...made.contender, name: 'pytorch, cuda' } };
    });
  }
  const times = await interleave(
    entrants.map((entrant) => entrant.contender),
    rounds,
  );
  for (const { dispose } of entrants) await dispose();
  const middle = (engine: string): number | undefined => (times.has(engine) ? median(times.get(engine)!) : undefined);
  const ratio = (value: number, to: number | undefined): number | null => (to === undefined ? null : round(value / to, 2));
  const [{ losses: reference } = { losses: [] }] = entrants;
  const rows = entrants.map(({ contender: { name: engine }, losses, readySeconds }): Row => {
    const values = times.get(engine)!;
    const gap = Math.max(...losses.map((loss, i) => Math.abs(loss - reference[i]!) / Math.abs(reference[i]!)));
    return {
      model: name,
      work,
      batch: at.batch,
      engine,
      'ms (median)': round(median(values), 2),
      'ms (p10)': round(quantile(values, 0.1), 2),
      'ratio to CPU': ratio(median(values), middle('cpu')),
      'ratio to PyTorch on CUDA': ratio(median(values), middle('pytorch, cuda')),
      'loss gap': Number(gap.toExponential(1)),
      'ready after (s)': engine.startsWith('webgpu') ? readySeconds : null,
      repetitions: values.length,
    };
  });
  for (const row of rows)
    say(
      Object.values(row)
        .map((value) => value ?? '-')
        .join('  '),
    );
  return rows;
}
