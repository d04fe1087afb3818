import type { ModelCard, Runtime } from '@verilens/core';
import { proceduralClips, proceduralFaceClip } from '@verilens/data';
import spatialCard from '../models/spatial.json' with { type: 'json' };
import temporalCard from '../models/temporal.json' with { type: 'json' };
import { CONFIGS } from '../src/config.ts';
import { clipLogits } from '../src/detector.ts';
import { loadNetwork } from '../src/network.ts';

/** Scores (temporal, spatial) of two fixed clips on one runtime, with the shipped weights; disposes of the runtime. */
export async function parityScores(runtime: Runtime): Promise<number[]> {
  const clips = proceduralClips({ seed: 'parity', count: 2, type: 'swap', size: 128 });
  const temporal = await loadNetwork(
    runtime,
    CONFIGS.temporal,
    new URL('../models/temporal.onnx', import.meta.url),
    temporalCard as ModelCard,
    4,
  );
  const spatial = await loadNetwork(
    runtime,
    CONFIGS.spatial,
    new URL('../models/spatial.onnx', import.meta.url),
    spatialCard as ModelCard,
    4,
  );
  const found: number[] = [];
  for (let i = 0; i < clips.count; i++) {
    const logits = await clipLogits({ temporal, spatial }, proceduralFaceClip(clips, i));
    found.push(1 / (1 + Math.exp(-logits.temporal)), 1 / (1 + Math.exp(-logits.spatial)));
  }
  await runtime.dispose();
  return found;
}

/** Allowed absolute difference from native CPU (docs/architecture.md). */
export const TOLERANCE = { wasm: 1e-4, webgpu: 1e-3 } as const;
