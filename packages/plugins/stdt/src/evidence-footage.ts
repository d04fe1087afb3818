import { throwIfAborted, type EvidenceOptions } from '@verilens/core';
import { buildRealClipSet, FORGE_OPERATIONS, type ClipSet, type ForgeOperation } from '@verilens/data';
import { aucInterval, rocAuc } from '@verilens/metrics';
import { CONFIGS } from './config.ts';
import { finishedRuns, type Figures } from './evidence-store.ts';
import { collectMaterial, type Material } from './material.ts';
import { forgedSet, samplesOf } from './forged-set.ts';
import { SMALL_RECIPE, type SmallRecipe } from './recipe.ts';
import { testFootage, trainingFootage } from './sample-footage.ts';
import { pickSamples } from './samples.ts';
import { scoreSamples, trainedNetwork } from './score-samples.ts';
import { trainNetwork } from './train-network.ts';

/** Real clips that a detector of forgeries must not tell from other real clips. */
export const CONTROLS = ['fresh', 'interpolated-again', 'no-warp'] as const;

export interface FootageRun {
  readonly part: 'temporal' | 'spatial';
  /** Operation left out of training, or `none`. */
  readonly left: ForgeOperation | 'none';
  readonly seed: number;
  /** AUC by operation (of the one left out alone, if there is one) and by `real:<control>`; `<operation>:low` and `:high` of a 95 % bootstrap over windows. */
  readonly figures: Figures;
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
  let forged: { readonly seed: number; readonly set: ClipSet } | undefined;
  const runs: FootageRun[] = [];
  for (const [i, { seed, part, left }] of plan.entries()) {
    throwIfAborted(options.signal, 'plugin stdt, evidence');
    options.onProgress?.(`real footage: ${part}, without ${left}, seed ${seed}`, i / plan.length);
    const figures = await finished(`footage-v${recipe.version}-${part}-${left}-${seed}`, async () => {
      footage ??= collect(options, recipe);
      if (forged?.seed !== seed)
        forged = {
          seed,
          set: await forgedSet((await footage).training, recipe.clipsPerOperation, `train/${seed}`, recipe, options.signal),
        };
      return oneRun(options, recipe, part, left, seed, forged.set, (await footage).tests);
    });
    runs.push({ part, left, seed, figures });
  }
  return runs;
}

interface Footage {
  readonly training: Material;
  /** One set per test video. */
  readonly tests: readonly ClipSet[];
}

async function collect(options: EvidenceOptions, recipe: SmallRecipe): Promise<Footage> {
  const { runtime, signal } = options;
  const { frames, frameMs } = CONFIGS.temporal;
  const shared = { runtime, frames, frameMs, signal };
  // The same training part as `train`, so that equal seeds give the weights that are shipped.
  const { training } = await collectMaterial(await trainingFootage(), recipe, shared);
  const { training: tested } = await collectMaterial(await testFootage(), { ...recipe, calibrationShare: 0, windowsPerVideo: 150 }, shared);
  const videos = [...new Set(tested.windows.map(({ identity }) => identity))];
  const tests: ClipSet[] = [];
  for (const video of videos) {
    const windows = tested.windows.filter(({ identity }) => identity === video);
    tests.push(
      await buildRealClipSet({
        windows,
        photos: tested.photos,
        amount: 'every-window',
        operations: FORGE_OPERATIONS,
        controls: CONTROLS,
        seed: `stdt/evidence/${video}`,
        signal,
      }),
    );
  }
  return { training, tests };
}

async function oneRun(
  options: EvidenceOptions,
  recipe: SmallRecipe,
  part: FootageRun['part'],
  left: FootageRun['left'],
  seed: number,
  training: ClipSet,
  tests: readonly ClipSet[],
): Promise<Figures> {
  const { runtime, signal } = options;
  const config = CONFIGS[part];
  const { operations, schedule } = recipe[part];
  const samples = samplesOf(
    training,
    operations.filter((operation) => operation !== left),
  );
  const parameters = await trainNetwork({ runtime, config, schedule, samples, seed, signal });
  const network = await trainedNetwork(runtime, config, parameters, recipe.draws);
  const scores = new Map<string, number[]>();
  const windows = new Map<string, number[]>();
  try {
    for (const [video, test] of tests.entries()) {
      const places = test.kinds.flatMap((kind, place) => (left === 'none' || kind === 'real' || kind === left ? [place] : []));
      const logits = await scoreSamples(network, pickSamples(test, places), signal);
      places.forEach((place, i) => {
        const kind = test.kinds[place]!;
        scores.set(kind, [...(scores.get(kind) ?? []), logits[i]!]);
        windows.set(kind, [...(windows.get(kind) ?? []), video * 10_000 + test.windows[place]!]);
      });
    }
  } finally {
    await network.dispose();
  }
  return aucs(scores, windows);
}

/** AUC of every operation and control against the real clips, with a 95 % bootstrap in which a window keeps its twins. */
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
