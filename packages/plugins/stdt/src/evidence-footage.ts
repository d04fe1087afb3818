import { finishedRuns, throwIfAborted, type EvidenceOptions } from '@verilens/core';
import { buildRealClipSet, FORGE_OPERATIONS, type ClipSet, type ForgeOperation } from '@verilens/data';
import { aucInterval, rocAuc, type Figures } from '@verilens/metrics';
import { CONFIGS } from './config.ts';
import { videoScores, wholeVideos, type WholeVideo } from './evidence-videos.ts';
import { samplesOf } from './forged-set.ts';
import { collectMaterial, type Material, type SplitMaterial } from './material.ts';
import { loadNetwork, type Network } from './network.ts';
import { SMALL_RECIPE, type SmallRecipe } from './recipe.ts';
import { testFootage, trainingFootage } from './sample-footage.ts';
import { pickSamples } from './samples.ts';
import { scoreSamples, trainedNetwork } from './score-samples.ts';
import { trainingSets, trainPart, type Part, type TrainingSets } from './train.ts';
import { trainNetwork } from './train-network.ts';

/** Real clips that a detector of forgeries must not tell from other real clips. */
export const CONTROLS = ['fresh', 'interpolated-again', 'no-warp'] as const;

/**
 * How often warp, noise and JPEG of the real clips and of the controls are drawn; forged clips are made once. An AUC is that
 * of the clips of all draws together, which is the mean over every draw of the one side against every draw of the other.
 * `fresh` can leave 0.5 by the chance of the draws alone, and of one draw of some 180 clips it does so by 0.03 and more.
 */
export const REAL_DRAWS = 8;

export interface FootageRun {
  readonly part: Part;
  /** Operation left out of training, or `none`. */
  readonly left: ForgeOperation | 'none';
  readonly seed: number;
  /** AUC by operation (of the network's own, if one of them is left out) and by `real:<control>`; `<operation>:low` and `:high` of a 95 % bootstrap over windows. */
  readonly figures: Figures;
  /** With nothing left out: scores of whole videos, and the thresholds they are judged by. */
  readonly videos?: Figures;
}

/** The trained people and the tested person share nobody; donors neither. */
export async function footageRuns(options: EvidenceOptions, recipe: SmallRecipe = SMALL_RECIPE): Promise<FootageRun[]> {
  const finished = finishedRuns(options.checkpoints);
  // Operations of the spatial network are left out of the temporal one by design: its own row shows them unseen.
  const plan = options.seeds.flatMap((seed) => [
    ...(['none', ...recipe.temporal.operations] as const).map((left) => ({ seed, part: 'temporal' as const, left })),
    { seed, part: 'spatial' as const, left: 'none' as const },
  ]);
  let footage: Promise<Footage> | undefined;
  let forged: { readonly seed: number; readonly sets: TrainingSets } | undefined;
  const runs: FootageRun[] = [];
  for (const [i, { seed, part, left }] of plan.entries()) {
    throwIfAborted(options.signal, 'plugin stdt, evidence');
    options.onProgress?.(`real footage: ${part}, without ${left}, seed ${seed}`, i / plan.length);
    const figures = await finished(`footage-v${recipe.version}-${part}-${left}-${seed}`, async () => {
      footage ??= collect(options, recipe);
      const found = await footage;
      if (forged?.seed !== seed) forged = { seed, sets: await trainingSets(found.material, recipe, seed, options.signal) };
      return left === 'none'
        ? wholeRecipe(options, recipe, part, seed, forged.sets, found)
        : leftOut(options, recipe, part, left, seed, forged.sets.training, found.tests);
    });
    runs.push({ part, left, seed, ...apart(figures) });
  }
  return runs;
}

const VIDEO = 'video/';

/** Clips' and videos' figures of one run, which are kept in one file. */
function apart(all: Figures): Pick<FootageRun, 'figures' | 'videos'> {
  const entries = Object.entries(all);
  const ofVideos = entries.filter(([name]) => name.startsWith(VIDEO));
  return {
    figures: Object.fromEntries(entries.filter(([name]) => !name.startsWith(VIDEO))),
    ...(ofVideos.length > 0 ? { videos: Object.fromEntries(ofVideos.map(([name, value]) => [name.slice(VIDEO.length), value])) } : {}),
  };
}

interface Footage {
  readonly material: SplitMaterial;
  readonly tests: readonly TestSet[];
  readonly videos: readonly WholeVideo[];
}

/** Clips of one test video. Sets of one video have the same windows. */
interface TestSet {
  readonly video: number;
  readonly clips: ClipSet;
}

async function collect(options: EvidenceOptions, recipe: SmallRecipe): Promise<Footage> {
  const { runtime, signal } = options;
  const { frames, frameMs } = CONFIGS.temporal;
  const shared = { runtime, frames, frameMs, signal };
  // The same material as `train`, so that equal seeds give the weights that are shipped.
  const material = await collectMaterial(await trainingFootage(), recipe, shared);
  const testing = await testFootage();
  const { training: tested } = await collectMaterial(testing, { ...recipe, calibrationShare: 0, windowsPerVideo: 150 }, shared);
  const tests = await testSets(tested, signal);
  return { material, tests, videos: await wholeVideos(testing, tested.photos, options) };
}

async function testSets({ windows, photos }: Material, signal: AbortSignal | undefined): Promise<TestSet[]> {
  const sets: TestSet[] = [];
  for (const [video, identity] of [...new Set(windows.map((window) => window.identity))].entries()) {
    for (let draw = 0; draw < REAL_DRAWS; draw++) {
      const clips = await buildRealClipSet({
        windows: windows.filter((window) => window.identity === identity),
        photos,
        amount: 'every-window',
        operations: draw === 0 ? FORGE_OPERATIONS : [],
        controls: CONTROLS,
        seed: `stdt/evidence/${video}/${draw}`,
        signal,
      });
      sets.push({ video, clips });
    }
  }
  return sets;
}

/** The whole recipe: weights and thresholds as `verilens train` gives for this seed. */
async function wholeRecipe(
  options: EvidenceOptions,
  recipe: SmallRecipe,
  part: Part,
  seed: number,
  sets: TrainingSets,
  { material, tests, videos }: Footage,
): Promise<Figures> {
  const { runtime, signal } = options;
  const { onnx, card } = await trainPart(part, sets, material.description, { runtime, signal, seed, recipe, preset: 'small' });
  const network = await loadNetwork(runtime, CONFIGS[part], onnx, card, recipe[part].draws, signal);
  try {
    const scores = await videoScores(network, videos, signal);
    return {
      ...(await clipFigures(network, tests, () => true, signal)),
      ...Object.fromEntries(Object.entries(scores).map(([name, value]) => [VIDEO + name, value])),
    };
  } finally {
    await network.dispose();
  }
}

async function leftOut(
  options: EvidenceOptions,
  recipe: SmallRecipe,
  part: Part,
  left: ForgeOperation,
  seed: number,
  training: ClipSet,
  tests: readonly TestSet[],
): Promise<Figures> {
  const { runtime, signal } = options;
  const { operations, schedule } = recipe[part];
  const samples = samplesOf(
    training,
    operations.filter((operation) => operation !== left),
  );
  const parameters = await trainNetwork({ runtime, config: CONFIGS[part], schedule, samples, seed, signal });
  const network = await trainedNetwork(runtime, CONFIGS[part], parameters, recipe[part].draws);
  try {
    return await clipFigures(network, tests, (kind) => (operations as readonly string[]).includes(kind), signal);
  } finally {
    await network.dispose();
  }
}

async function clipFigures(
  network: Network,
  tests: readonly TestSet[],
  asked: (kind: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<Figures> {
  const scores = new Map<string, number[]>();
  const windows = new Map<string, number[]>();
  for (const { video, clips } of tests) {
    const places = clips.kinds.flatMap((kind, place) => (kind === 'real' || asked(kind) ? [place] : []));
    const logits = await scoreSamples(network, pickSamples(clips, places), signal);
    places.forEach((place, i) => {
      const kind = clips.kinds[place]!;
      scores.set(kind, [...(scores.get(kind) ?? []), logits[i]!]);
      windows.set(kind, [...(windows.get(kind) ?? []), video * 10_000 + clips.windows[place]!]);
    });
  }
  return aucs(scores, windows);
}

/** AUC of every operation and control against the real clips, with a 95 % bootstrap in which a window keeps all its clips. */
function aucs(scores: ReadonlyMap<string, readonly number[]>, windows: ReadonlyMap<string, readonly number[]>): Figures {
  const figures: Record<string, number> = {};
  const real = scores.get('real')!;
  for (const [kind, values] of scores) {
    if (kind === 'real') continue;
    const all = [...real, ...values];
    const labels = [...real.map(() => 0), ...values.map(() => 1)];
    figures[kind] = rocAuc(all, labels);
    const { low, high } = aucInterval(all, labels, { seed: 0, clusters: [...windows.get('real')!, ...windows.get(kind)!] });
    figures[`${kind}:low`] = low;
    figures[`${kind}:high`] = high;
  }
  return figures;
}
