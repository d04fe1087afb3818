import type { ModelCard, TrainOptions, TrainProgress, TrainResult } from '@verilens/core';
import { FORGE_PARAMETERS, type Dataset } from '@verilens/data';
import { rocAuc } from '@verilens/metrics';
import { writeSafetensors } from '@verilens/nn';
import { calibrate } from './calibrate.ts';
import { networkCard } from './card.ts';
import { CONFIGS } from './config.ts';
import { exportNetwork } from './export.ts';
import { forgedSet } from './forged-set.ts';
import { collectMaterial, type SplitMaterial } from './material.ts';
import { loadNetwork } from './network.ts';
import { SMALL_RECIPE, type NetworkRecipe, type SmallRecipe } from './recipe.ts';
import { clipAt } from './samples.ts';
import { trainNetwork } from './train-network.ts';

const PARTS = ['temporal', 'spatial'] as const;
type Part = (typeof PARTS)[number];

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
  const material = await collectMaterial(dataset, recipe, { runtime, frames: CONFIGS.temporal.frames, signal });
  return trainOnMaterial(material, options);
}

/** The part of training after the faces are found. */
export async function trainOnMaterial(material: SplitMaterial, options: SmallTraining): Promise<TrainResult> {
  const { recipe = SMALL_RECIPE, seed } = options;
  const models: TrainResult['models'][number][] = [];
  const parameters: TrainResult['parameters'][number][] = [];
  const summary: Record<string, number | string> = {};
  const allSteps = PARTS.map((part) => steps(recipe[part], recipe.clipsPerClass));
  for (const [i, part] of PARTS.entries()) {
    const before = allSteps.slice(0, i).reduce((sum, n) => sum + n, 0);
    const total = allSteps.reduce((sum, n) => sum + n, 0);
    const onProgress = options.onProgress && ((progress: TrainProgress) => options.onProgress!({ ...progress, step: before + progress.step, steps: total }));
    const trained = await trainPart(part, material, { ...options, recipe, onProgress });
    models.push({ file: `${part}.onnx`, onnx: trained.onnx, card: trained.card });
    parameters.push({ file: `${part}.safetensors`, bytes: trained.safetensors });
    summary[`${part}: AUC on calibration clips`] = trained.auc;
    summary[`${part}: SHA-256`] = trained.card.sha256;
  }
  return { models, parameters, summary: { ...summary, seed, data: material.description } };
}

async function trainPart(part: Part, material: SplitMaterial, options: SmallTraining & { readonly recipe: SmallRecipe }): Promise<{ onnx: Uint8Array; card: ModelCard; safetensors: Uint8Array; auc: number }> {
  const { recipe, runtime, seed, signal } = options;
  const config = CONFIGS[part];
  const { operations, schedule } = recipe[part];
  const samples = await forgedSet(material.training, operations, recipe.clipsPerClass, `train/${part}/${seed}`, recipe, signal);
  const parameters = await trainNetwork({
    runtime, config, schedule, samples, seed, signal,
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: `${part}.safetensors`,
  });
  const onnx = exportNetwork(config, parameters);
  const bare = await networkCard({
    part, config, onnx, seed,
    command: options.command ?? `verilens train stdt --preset small --seed ${seed}`,
    data: [material.description, `forging parameters version ${FORGE_PARAMETERS.version}, recipe version ${recipe.version}`],
  });
  const kept = await forgedSet(material.calibration, operations, recipe.calibrationClipsPerClass, `calibration/${part}/${seed}`, recipe, signal);
  const network = await loadNetwork(runtime, config, onnx, bare, recipe.draws, signal);
  const logits = { real: [] as number[], forged: [] as number[] };
  try {
    for (let i = 0; i < kept.count; i++) (kept.labels[i] === 1 ? logits.forged : logits.real).push(await network.logit(clipAt(kept, i), { signal }));
  } finally {
    await network.dispose();
  }
  const calibration = calibrate(logits, { data: 'moments and photographs kept from training', falseAlarmRate: recipe.falseAlarmRate, inconclusiveFrom: recipe.inconclusiveFrom });
  const all = [...logits.real, ...logits.forged];
  return {
    onnx,
    card: { ...bare, calibration },
    safetensors: writeSafetensors(parameters, { format: 'stdt', part, seed: String(seed) }),
    auc: rocAuc(all, all.map((_, i) => (i < logits.real.length ? 0 : 1))),
  };
}

function steps({ schedule }: NetworkRecipe, clipsPerClass: number): number {
  return schedule.epochs * Math.floor((2 * clipsPerClass) / schedule.batchSize);
}
