import type { Runtime } from '@verilens/core';
import { PRESETS } from '../src/config.ts';
import { createLearner } from '../src/learner.ts';
import { lessonOfStripes, stripes } from './pictures.ts';

/** A learner's file as native CPU wrote it, and what it said there: `UPDATE_PARITY=1 npm test -- packages/plugins/cd2/test/parity.test.ts`. */
export interface ParityReference {
  /** Base64. */
  readonly file: string;
  /** By picture: label -> score. */
  readonly scores: readonly Readonly<Record<string, number>>[];
  /** The best label of each picture after one more session. */
  readonly after: readonly string[];
}

/** Absolute, on scores. */
export const TOLERANCE = { cpu: 1e-5, wasm: 1e-4, webgpu: 1e-3 } as const;

const SHOWN = [0, 2, 3, 5, 9];
const SHOWN_AFTER = [0, 2, 3, 5, 8];

/** Restores the file, predicts, learns one more class and predicts again. */
export async function parityOf(runtime: Runtime, file: Uint8Array): Promise<Pick<ParityReference, 'scores' | 'after'>> {
  // short sessions: WebGPU by software is slow
  const { increment, distillation } = PRESETS.tiny;
  const config = { ...PRESETS.tiny, increment: { ...increment, steps: 12 }, distillation: { ...distillation, steps: 4 } };
  await using learner = createLearner(runtime, config);
  await learner.restore(file);
  const scores = [];
  for (const kind of SHOWN) {
    const { labels } = await learner.predict(stripes(kind, 50));
    scores.push(Object.fromEntries(labels.map(({ label, score }) => [label, score])));
  }
  await learner.learn(lessonOfStripes([8], 3));
  const after = [];
  for (const kind of SHOWN_AFTER) after.push((await learner.predict(stripes(kind, 51))).labels[0]!.label);
  return { scores, after };
}

export function bytesOf({ file }: ParityReference): Uint8Array {
  return Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
}

/** The largest difference of a score. */
export function farthest(found: ParityReference['scores'], { scores }: ParityReference): number {
  return Math.max(...scores.flatMap((own, i) => Object.entries(own).map(([label, score]) => Math.abs(found[i]![label]! - score))));
}
