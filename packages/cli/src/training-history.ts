import type { TrainProgress } from '@verilens/core';
import { curvesHtml, type CurvePoint } from '@verilens/report';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonDocument, writeWhole } from './json-document.ts';

/** Above this many points every other one is dropped, so that memory does not grow with the length of a run. */
const MOST = 4000;

/** What a training run has told so far; kept beside its checkpoints, so that the curves of a stopped run go on. */
export interface TrainingHistory {
  add(state: TrainProgress): void;
  /** Losses so far, thinned. */
  losses(): readonly number[];
  /** Writes `training.json` and the page `training.html`. */
  write(title: string, subtitle: string): Promise<void>;
}

/** Opens the history of an output folder; one that is missing or unreadable begins anew. */
export async function trainingHistory(folder: string): Promise<TrainingHistory> {
  let points: CurvePoint[] = await readFile(join(folder, 'training.json'), 'utf8').then(parse, () => []);
  let every = 1;
  let seen = 0;
  return {
    add({ step, loss, learningRate, metrics }) {
      // a resumed run repeats the steps since its last checkpoint
      const last = points.at(-1);
      if (last !== undefined && step <= last.step) points = points.filter((point) => point.step < step);
      if (seen++ % every === 0) points.push({ step, loss, learningRate, metrics });
      if (points.length <= MOST) return;
      points = points.filter((_, i) => i % 2 === 0);
      every *= 2;
    },
    losses: () => points.map(({ loss }) => loss),
    async write(title, subtitle) {
      if (points.length === 0) return;
      await writeWhole(join(folder, 'training.json'), jsonDocument(points));
      await writeWhole(join(folder, 'training.html'), curvesHtml(points, { title, subtitle }));
    },
  };
}

function parse(text: string): CurvePoint[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isPoint) : [];
  } catch {
    return [];
  }
}

function isPoint(value: unknown): value is CurvePoint {
  if (typeof value !== 'object' || value === null) return false;
  const { step, loss, learningRate, metrics } = value as Record<string, unknown>;
  return [step, loss, learningRate].every((v) => typeof v === 'number') && typeof metrics === 'object' && metrics !== null;
}
