import { availableParallelism } from 'node:os';
import { native } from '@verilens/runtime-native';
import { NothingToMeasure, type Measured } from '../document.ts';
import { cudaOf, findTorch, startTorch } from '../peers/pytorch.ts';
import type { RoundOptions } from '../timing.ts';
import { type Adapter, findAdapter } from './adapter.ts';
import { type Endurance, endure } from './endurance.ts';
import { type FaultOutcome, tryKnownFaults } from './known-faults.ts';
import { type OpOutcome, runOpTable } from './op-table.ts';
import { shippedTimes } from './shipped-models.ts';
import { gpuTimes } from './times.ts';
import { VERDICT_BAR, type VerdictGap, verdictGaps } from './verdicts.ts';

export interface GpuBenchOptions {
  readonly models: readonly string[];
  readonly batches: readonly number[];
  readonly rounds: RoundOptions;
  readonly steps: number;
  readonly sessions: number;
  /** One row an op in place of the whole table. */
  readonly shortTable: boolean;
  /** Takes an adapter that is a program on the CPU too. */
  readonly software: boolean;
  readonly threads?: number;
  readonly say: (line: string) => void;
}

/** Native WebGPU on a real GPU: right answers first, then times beside the CPU and PyTorch on CUDA, then endurance. */
export async function gpuBench(options: GpuBenchOptions): Promise<Measured> {
  const { models, batches, rounds, steps, sessions, shortTable, say } = options;
  const threads = options.threads ?? Math.min(8, availableParallelism());
  const adapter = await findAdapter(say);
  if (adapter === undefined) throw new NothingToMeasure('WebGPU does not work in Node here: see above for what is missing.');
  if (adapter.software && !options.software)
    throw new NothingToMeasure('There is no hardware adapter here: WebGPU works on a program on the CPU alone, whose times say nothing.');
  say(`adapter: ${adapter.name ?? 'without a name'}, driver ${adapter.driver ?? 'unknown'}`);

  await using cpu = await native({ device: 'cpu', threads });
  await using strict = await native({ device: 'webgpu', cpuFallback: false });
  const ops = await runOpTable(strict, shortTable, say);
  say(opsNote(ops));
  const faults = await tryKnownFaults(strict, cpu);
  for (const { name, found } of faults) say(`${name}: ${found}`);
  const verdicts = await verdictGaps(threads, say);

  const found = await findTorch();
  const cuda = found === undefined ? undefined : await cudaOf(found.python);
  const torch = cuda === undefined ? undefined : startTorch(found!.python, { name: 'CUDA', env: {}, device: 'cuda' });
  await using webgpu = await native({ device: 'webgpu' });
  try {
    const { rows, failures } = await gpuTimes({ models, batches, rounds, cpu, webgpu, torch, say });
    const shipped = await shippedTimes({ cpu, webgpu }, { ...rounds, blockMs: rounds.blockMs / 2 }, say);
    const endurance = await endure(webgpu, steps, sessions);
    say(enduranceNote(endurance));
    return {
      settings: {
        threads,
        models,
        batches,
        ...rounds,
        adapter: { name: adapter.name, driver: adapter.driver, software: adapter.software },
      },
      rows: [...rows, ...shipped],
      versions: torch === undefined ? undefined : found!.versions,
      childCpuSeconds: torch?.cpuSeconds(),
      notes: [
        adapterNote(adapter),
        opsNote(ops),
        faultsNote(faults),
        verdictsNote(verdicts),
        'Each run hands inputs over from memory and takes results back, the whole state of a training step too; "state kept" leaves the state on the GPU between steps, by ONNX Runtime itself. PyTorch, where it is, has batch and state on the GPU, and may use TF32 in convolutions, its default.',
        '"Loss gap": the largest relative difference from native CPU over the checked steps or of one loss. "Ready after": from the graph to the last checked loss; shaders are compiled in it.',
        enduranceNote(endurance),
        ...failures.map((failure) => `FAILED: ${failure}`),
      ],
      details: { probes: adapter.probes, ops, faults, verdicts, endurance },
    };
  } finally {
    await torch?.close();
  }
}

function adapterNote({ name, driver, probes }: Adapter): string {
  const said = probes.map(({ device, available, reason }) => `${device} ${available ? reason : `is absent (${reason})`}`).join('; ');
  return `Adapter: ${name ?? 'unnamed'}${driver === null ? '' : `, driver ${driver}`}. Devices: ${said}.`;
}

function opsNote(ops: readonly OpOutcome[]): string {
  const failed = ops.filter(({ failure }) => failure !== undefined);
  const largest = ops.reduce<OpOutcome | undefined>((worst, at) => ((at.error ?? 0) > (worst?.error ?? -1) ? at : worst), undefined);
  return `Op table: ${ops.length - failed.length} of ${ops.length} rows right in value, gradient and second gradient, every node on the device; largest error ${largest?.error} (${largest?.row}), 2e-4 allowed.${failed
    .map(({ row, failure }) => ` FAILED ${row}: ${failure}.`)
    .join('')}`;
}

/** What the graph writer goes round on WebGPU, tried as it is. */
function faultsNote(faults: readonly FaultOutcome[]): string {
  const wrong = faults.filter(({ found }) => typeof found === 'string' || !(found < 1e-3));
  const list = (those: readonly FaultOutcome[]): string => those.map(({ name, found }) => `${name} (${found})`).join('; ') || 'none';
  return `Nodes that the graph writer never writes for WebGPU, written all the same. Wrong or refused: ${list(wrong)}. Right: ${list(faults.filter((at) => !wrong.includes(at)))}.`;
}

function verdictsNote(verdicts: readonly VerdictGap[]): string {
  const missed = verdicts.filter(({ gap }) => !(gap < VERDICT_BAR));
  return `Verdicts beside native CPU, largest difference: ${verdicts
    .map(({ plugin, what, gap, onDevice }) => `${plugin} ${gap} (${what}${onDevice ? '' : '; partly on the CPU'})`)
    .join(', ')}; bar of ${VERDICT_BAR} ${missed.length === 0 ? 'met' : `MISSED by ${missed.map(({ plugin }) => plugin).join(', ')}`}.`;
}

function enduranceNote({ steps, lossAtFirst, lossAtLast, finite, sessions, residentGrowth, deviceGrowth }: Endurance): string {
  return `Endurance: ${steps} training steps of resnet8 on WebGPU, loss ${lossAtFirst} at first and ${lossAtLast} at last, ${finite ? 'finite throughout' : 'NOT FINITE'}; ${sessions} sessions loaded, run and disposed of: ${residentGrowth} MiB more in the process${deviceGrowth === null ? '' : ` and ${deviceGrowth} MiB more on the GPU`} than after the first.`;
}
