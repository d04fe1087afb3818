import { finishedRuns, throwIfAborted, type EvidenceOptions } from '@verilens/core';
import { nameOfPostProcessing } from '@verilens/data';
import { averagePrecision, rocAuc, type Figures } from '@verilens/metrics';
import { networkCard } from './card.ts';
import { CONFIGS, PLACE, VIEWS, type F2cConfig } from './config.ts';
import { conditioned, type EvidenceData } from './evidence-data.ts';
import { exportF2c } from './model.ts';
import { loadNetwork } from './network.ts';
import { planesOf } from './tile-set.ts';
import { trainClassifier } from './train-classifier.ts';

/** One classifier: what it sees, which generator it was shown, its seed, and what it said of every test set. */
export interface Run {
  readonly view: string;
  readonly trainedOn: string;
  readonly seed: number;
  /** `auc|<condition>|<test>`, `ap|...`, `accuracy|...`, and `auc|control`. */
  readonly figures: Figures;
}

/** The four views, and changes of single choices of the method that are tried on two generators. */
export const VIEW_CONFIGS: ReadonlyMap<string, F2cConfig> = new Map(VIEWS.map((view) => [view, { ...CONFIGS.small, view }]));
export const ABLATIONS: ReadonlyMap<string, F2cConfig> = new Map<string, F2cConfig>([
  ['unit nyquist', { ...CONFIGS.small, unit: 'nyquist' }],
]);
export const ABLATED_ON: readonly string[] = ['gan-nearest', 'ddpm'];
/** Generators that are trained on in turn; all are tested on. Two of the four upsamplings are left to testing: it takes half the time. */
export const TRAINED_ON: readonly string[] = ['vae', 'gan-nearest', 'gan-transposed', 'ddpm', 'super-resolution'];

/** Trains on real pieces and one generator, judges every test set under every condition. */
export async function classifierRuns(
  data: EvidenceData,
  configs: ReadonlyMap<string, F2cConfig>,
  generators: readonly string[],
  options: EvidenceOptions,
): Promise<Run[]> {
  const finished = finishedRuns(options.checkpoints);
  const { trial } = data;
  const conditions = [undefined, ...trial.conditions];
  let tests: readonly (readonly [string, ReadonlyMap<string, Float32Array>])[] | undefined;
  const testPlanes = async (): Promise<NonNullable<typeof tests>> => {
    if (tests !== undefined) return tests;
    const made: (readonly [string, ReadonlyMap<string, Float32Array>])[] = [];
    for (const condition of conditions) {
      const sets = await conditioned(data, condition);
      const name = condition === undefined ? 'clean' : nameOfPostProcessing(condition);
      made.push([name, new Map([...sets].map(([set, tiles]) => [set, planesOf(tiles)]))]);
    }
    return (tests = made);
  };
  const runs: Run[] = [];
  const all = options.seeds.length * configs.size * generators.length;
  for (const seed of options.seeds) {
    for (const [view, config] of configs) {
      for (const trainedOn of generators) {
        throwIfAborted(options.signal, PLACE);
        options.onProgress?.(`${view} trained on ${trainedOn}, seed ${seed}`, runs.length / all);
        const figures = await finished(`evidence-v${trial.recipe.version}-run-${trial.trainTiles}-${view}-${trainedOn}-${seed}`, async () =>
          oneRun(data, config, trainedOn, seed, await testPlanes(), options),
        );
        runs.push({ view, trainedOn, seed, figures });
      }
    }
  }
  return runs;
}

async function oneRun(
  data: EvidenceData,
  config: F2cConfig,
  trainedOn: string,
  seed: number,
  tests: readonly (readonly [string, ReadonlyMap<string, Float32Array>])[],
  { runtime, signal }: EvidenceOptions,
): Promise<Figures> {
  const { recipe } = data.trial;
  const { parameters, scale } = await trainClassifier({
    runtime,
    config,
    real: data.realTrain(seed),
    generated: data.train.get(trainedOn)!,
    seed,
    epochs: data.trial.epochs,
    batchSize: recipe.batchSize,
    learningRate: recipe.learningRate,
    signal,
  });
  const onnx = exportF2c(config, scale, parameters);
  const network = await loadNetwork(runtime, onnx, await networkCard({ config, onnx, command: '', seed, data: [] }), signal);
  const figures: Record<string, number> = {};
  try {
    for (const [condition, sets] of tests) {
      const real = await network.logits(sets.get('real')!, signal);
      for (const [name, tiles] of sets) {
        if (name === 'real') continue;
        const made = await network.logits(tiles, signal);
        const scores = [...real, ...made];
        const labels = [...[...real].map(() => 0), ...[...made].map(() => 1)];
        if (name === 'real, seen photographs') {
          if (condition === 'clean') figures['auc|control'] = rocAuc(scores, labels);
          continue;
        }
        figures[`auc|${condition}|${name}`] = rocAuc(scores, labels);
        figures[`ap|${condition}|${name}`] = averagePrecision(scores, labels);
        const right =
          [...real].filter((logit) => logit < 0).length / real.length + [...made].filter((logit) => logit >= 0).length / made.length;
        figures[`accuracy|${condition}|${name}`] = right / 2;
      }
    }
    return figures;
  } finally {
    await network.dispose();
  }
}
