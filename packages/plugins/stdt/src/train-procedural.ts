import type { TrainOptions, TrainResult } from '@verilens/core';
import { proceduralSet, type ProceduralSet } from '@verilens/data';
import { rocAuc } from '@verilens/metrics';
import { writeSafetensors } from '@verilens/nn';
import { calibrate } from './calibrate.ts';
import { networkCard } from './card.ts';
import { CONFIGS, type StdtConfig } from './config.ts';
import { exportNetwork } from './export.ts';
import { loadNetwork } from './network.ts';
import { SMALL_RECIPE } from './recipe.ts';
import { clipAt } from './samples.ts';
import { trainNetwork, type Schedule } from './train-network.ts';

/** What the `procedural` preset learns from: few clips and few epochs, enough to see training work from end to end. */
export interface ProceduralRecipe {
  readonly config: StdtConfig;
  readonly schedule: Schedule;
  /** Real clips, and as many forged ones. */
  readonly clipsPerClass: number;
  readonly calibrationClipsPerClass: number;
}

export const PROCEDURAL_RECIPE: ProceduralRecipe = {
  config: { ...CONFIGS.temporal, faceSize: 32, grid: 4, keptFrames: 8, keptCells: 4 },
  schedule: { epochs: 12, batchSize: 32, learningRate: 2e-3, weightDecay: 0.05 },
  clipsPerClass: 800,
  calibrationClipsPerClass: 150,
};

/** Trains the temporal network alone on drawn faces whose frames were forged one by one (`swap`, `reenact`). */
export async function trainProcedural(options: TrainOptions, recipe: ProceduralRecipe = PROCEDURAL_RECIPE): Promise<TrainResult> {
  const { runtime, seed, signal } = options;
  const { config, schedule, clipsPerClass } = recipe;
  const parameters = await trainNetwork({
    runtime,
    config,
    schedule,
    seed,
    signal,
    samples: drawnFaces(seed, 'train', clipsPerClass),
    onProgress: options.onProgress,
    checkpoints: options.checkpoints,
    checkpointEvery: options.checkpointEvery,
    checkpointName: 'procedural.safetensors',
  });
  const onnx = exportNetwork(config, parameters);
  const bare = await networkCard({
    part: 'temporal',
    config,
    onnx,
    seed,
    command: `verilens train stdt --preset procedural --seed ${seed}`,
    data: [`${2 * clipsPerClass} procedural face clips`],
  });
  const kept = drawnFaces(seed, 'validation', recipe.calibrationClipsPerClass);
  const network = await loadNetwork(runtime, config, onnx, bare, SMALL_RECIPE.temporal.draws, signal);
  const logits: number[] = [];
  try {
    for (let i = 0; i < kept.count; i++) logits.push(await network.logit(clipAt(kept, i), { signal }));
  } finally {
    await network.dispose();
  }
  // each drawn clip shows a person of its own
  const real = new Map(logits.flatMap((logit, i): [string, number[]][] => (kept.labels[i] === 0 ? [[String(i), [logit]]] : [])));
  const calibration = calibrate(
    { real, forged: logits.filter((_, i) => kept.labels[i] === 1) },
    {
      data: 'procedural clips of other people',
      falseAlarmRate: SMALL_RECIPE.falseAlarmRate,
      inconclusiveFrom: SMALL_RECIPE.inconclusiveFrom,
    },
  );
  const card = { ...bare, name: 'stdt/procedural', calibration };
  return {
    models: [{ file: 'procedural.onnx', onnx, card }],
    parameters: [{ file: 'procedural.safetensors', bytes: writeSafetensors(parameters, { format: 'stdt', seed: String(seed) }) }],
    summary: { 'AUC on procedural clips of other people': rocAuc(logits, kept.labels), 'SHA-256': card.sha256, seed },
  };
}

function drawnFaces(seed: number, split: 'train' | 'validation', count: number): ProceduralSet {
  return proceduralSet({ seed, split, real: count, fake: { swap: Math.ceil(count / 2), reenact: Math.floor(count / 2) }, size: 32 });
}
