import type { ModelCard, ModelSource, Runtime } from '@verilens/core';
import spatialCard from '../models/spatial.json' with { type: 'json' };
import temporalCard from '../models/temporal.json' with { type: 'json' };
import { CONFIGS } from './config.ts';
import type { Networks } from './detector.ts';
import { loadNetwork } from './network.ts';

export interface StdtModel {
  readonly source: ModelSource;
  /** Its card; the file's SHA-256 must match, and the calibration must be there. */
  readonly card: ModelCard;
}

export interface StdtModels {
  readonly temporal: StdtModel;
  readonly spatial: StdtModel;
}

/** The weights of this package. */
export function shippedModels(): StdtModels {
  return {
    temporal: { source: new URL('../models/temporal.onnx', import.meta.url), card: temporalCard as ModelCard },
    spatial: { source: new URL('../models/spatial.onnx', import.meta.url), card: spatialCard as ModelCard },
  };
}

/** Bags per clip. */
export type Draws = Readonly<Record<keyof StdtModels, number>>;

/** Both networks, or an error and nothing left open. */
export async function loadNetworks(runtime: Runtime, models: StdtModels, draws: Draws, signal?: AbortSignal): Promise<Networks> {
  const { temporal, spatial } = models;
  const first = await loadNetwork(runtime, CONFIGS.temporal, temporal.source, temporal.card, draws.temporal, signal);
  try {
    return { temporal: first, spatial: await loadNetwork(runtime, CONFIGS.spatial, spatial.source, spatial.card, draws.spatial, signal) };
  } catch (error) {
    await first.dispose();
    throw error;
  }
}
