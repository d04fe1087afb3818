import type { ModelCard, TrainOptions, TrainProgress, TrainResult } from '@verilens/core';
import { FORGE_PARAMETERS, type ClipSet, type Dataset } from '@verilens/data';
import { rocAuc } from '@verilens/metrics';
import { writeSafetensors } from '@verilens/nn';
import { calibrate, type KeptLogits } from './calibrate.ts';
import { networkCard } from './card.ts';
import { CONFIGS } from './config.ts';
import { exportNetwork } from './export.ts';
import { forgedSet, pairedSet, samplesOf } from './forged-set.ts';
import { collectMaterial, type SplitMaterial } from './material.ts';
import { loadNetwork } from './network.ts';
import { SMALL_RECIPE, type SmallRecipe } from './recipe.ts';
import type { Samples } from './samples.ts';
import { scoreSamples } from './score-samples.ts';
import { trainNetwork } from './train-network.ts';

const PARTS = ['temporal', 'spatial'] as const;
export type Part = (typeof PARTS)[number];

export interface SmallTraining extends TrainOptions {
  readonly recipe?: SmallRecipe;
  /** Named on the card. */
  readonly command?: string;
}

/**
 * Trains both small networks on real videos and photographs alone: their forged counterparts are made here.
 * Seeded; on native CPU equal data and seed give bit-identical weights. Resumes from its checkpoints.
 */
export async function trainSmall(dataset: Dataset, options: SmallTraining): Promise<TrainResult> {
  const { recipe = SMALL_RECIPE, runtime, signal } = options;
  const { frames, frameMs } = CONFIGS.temporal;
  const material = await collectMaterial(dataset, recipe, { runtime, frames, frameMs, signal });
  return trainOnMaterial(material, options);
}

/** The part of training after the faces are found. */
export async function trainOnMaterial(material: SplitMaterial, options: SmallTraining): Promise<TrainResult> {
  const { recipe = SMALL_RECIPE, seed, signal } = options;
  const sets = await trainingSets(material, recipe, seed, signal);
  const models: TrainResult['models'][number][] = [];
  const parameters: TrainResult['parameters'][number][] = [];
  const summary: Record<string, number | string> = {};
  const steps = PARTS.map((part) => stepsOf(part, recipe));
  const total = steps.reduce((sum, n) => sum + n, 0);
  for (const [i, part] of PARTS.entries()) {
    const before = steps.slice(0, i).reduce((sum, n) => sum + n, 0);
    const onProgress =
      options.onProgress && ((progress: TrainProgress) => options.onProgress!({ ...progress, step: before + progress.step, steps: total }));
    const trained = await trainPart(part, sets, material.description, { ...options, recipe, onProgress });
    models.push({ file: `${part}.onnx`, onnx: trained.onnx, card: trained.card });
    parameters.push({ file: `${part}.safetensors`, bytes: trained.safetensors });
    summary[`${part}: AUC on calibration clips`] = trained.auc;
    summary[`${part}: SHA-256`] = trained.card.sha256;
  }
  return { models, parameters, summary: { ...summary, seed, data: material.description } };
}

/** Clips to train on, and clips of other moments and people to set thresholds by. */
export interface TrainingSets {
  readonly training: ClipSet;
  /** What the spatial network learns from. */
  readonly pairs: ClipSet;
  readonly kept: ClipSet;
}

export async function trainingSets(
  material: SplitMaterial,
  recipe: SmallRecipe,
  seed: number,
  signal?: AbortSignal,
): Promise<TrainingSets> {
  const { operations, pairs } = recipe.spatial;
  return {
    pairs: await pairedSet(material.training, operations, pairs, `pairs/${seed}`, recipe, signal),
    training: await forgedSet(material.training, recipe.clipsPerOperation, `train/${seed}`, recipe, signal),
    kept: await forgedSet(material.calibration, recipe.calibrationClipsPerOperation, `calibration/${seed}`, recipe, signal),
  };
}

interface Trained {
  readonly onnx: Uint8Array;
  readonly card: ModelCard;
  readonly safetensors: Uint8Array;
  readonly auc: number;
}

/** Trains one network, and sets its score and thresholds by the kept clips. */
export async function trainPart(
  part: Part,
  sets: TrainingSets,
  description: string,
  options: SmallTraining & { readonly recipe: SmallRecipe },
): Promise<Trained> {
  const { recipe, runtime, seed, signal } = options;
  const config = CONFIGS[part];
  const { operations, schedule, augmentation } = recipe[part];
  const parameters = await trainNetwork({
    runtime,
    config,
    schedule,
    seed,
    signal,
    augmentation,
    samples: trainingSamples(part, sets, recipe),
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: `${part}.safetensors`,
  });
  const onnx = exportNetwork(config, parameters);
  const bare = await networkCard({
    part,
    config,
    onnx,
    seed,
    command: options.command ?? `verilens train stdt --preset small --seed ${seed} --device ${runtime.device} --threads ${runtime.threads}`,
    data: [description, `forging parameters version ${FORGE_PARAMETERS.version}, recipe version ${recipe.version}`],
  });
  const kept = samplesOf(sets.kept, operations);
  const network = await loadNetwork(runtime, config, onnx, bare, recipe[part].draws, signal);
  try {
    const logits = [...(await scoreSamples(network, kept, signal))];
    const calibration = calibrate(keptLogits(logits, kept), {
      data: 'moments and photographs kept from training',
      falseAlarmRate: recipe.falseAlarmRate,
      inconclusiveFrom: recipe.inconclusiveFrom,
    });
    return {
      onnx,
      card: { ...bare, calibration },
      safetensors: writeSafetensors(parameters, { format: 'stdt', part, seed: String(seed) }),
      auc: rocAuc(logits, kept.labels),
    };
  } finally {
    await network.dispose();
  }
}

function trainingSamples(part: Part, { training, pairs }: TrainingSets, recipe: SmallRecipe): Samples {
  return part === 'temporal' ? samplesOf(training, recipe.temporal.operations) : { ...pairs, group: recipe.spatial.pairs.again ? 4 : 2 };
}

function keptLogits(logits: readonly number[], { labels, identities }: Samples & { readonly identities: readonly string[] }): KeptLogits {
  const real = new Map<string, number[]>();
  logits.forEach((logit, i) => {
    if (labels[i] === 0) real.set(identities[i]!, [...(real.get(identities[i]!) ?? []), logit]);
  });
  return { real, forged: logits.filter((_, i) => labels[i] === 1) };
}

function stepsOf(part: Part, recipe: SmallRecipe): number {
  const { operations, schedule } = recipe[part];
  const { perOperation, again } = recipe.spatial.pairs;
  const clips = part === 'temporal' ? 2 * recipe.clipsPerOperation : (again ? 4 : 2) * perOperation;
  return schedule.epochs * Math.floor((operations.length * clips) / schedule.batchSize);
}
