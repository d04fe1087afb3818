import type { Image } from '@verilens/core';
import { perturbScoreFit, type RawMap, type Samples, type SaliencyMethod, type ExplainTask } from '@verilens/explain';
import { surrogateFidelity } from '@verilens/metrics';
import { differencePlanes, latentNeighbours, type Neighbours, noiseNeighbours } from './neighbours.ts';
import type { OpenVae } from './open-vae.ts';
import { areProbabilities, classLabels, namesClass, type Relabelling, valueLabels } from './relabel.ts';
import type { RelabelSettings } from './settings.ts';
import { findDistance } from './sigma.ts';
import { fitStudent, sigmoid, type Student } from './student.ts';

/** Shares of neighbours that keep the label between which both classes are well sampled. */
const BAND = [0.3, 0.7] as const;
/** Of the neighbours, kept back to measure the student on. */
const HELD_OUT = 0.2;
/** When fewer than this share lies on one side, the boundary is moved to the middle of the neighbours. */
const ONE_SIDED = 0.1;

/** @param soft share of the soft targets in the student's loss */
export function relabel(name: string, soft: number, vae: OpenVae, settings: RelabelSettings): SaliencyMethod {
  return {
    name,
    needs: 'scores',
    async run(task, progress) {
      const { image, baseline, seed, model, objective, signal } = task;
      const { neighbours: samples } = settings;
      const side = Math.min(settings.grid, image.width, image.height);
      const around = settings.around === 'noise' ? noiseNeighbours(image, seed) : await latentNeighbours(vae, image, seed, signal);
      const [own, nothing] = await task.scores(2, (index) => (index === 0 ? image : baseline));
      const [value, empty] = task.valuesOf([own!, nothing!]);
      const byClass = settings.labels === 'class' || (settings.labels === 'auto' && namesClass(objective) && areProbabilities(own!));
      const labels = byClass ? classLabels(model, objective) : valueLabels(value!, empty!);
      const sigma = settings.sigma ?? (await distance(task, around, labels, samples, labels.kept(own!, value!)));
      progress(0.3);
      const rows = Array.from({ length: samples }, () => new Float32Array(3 * side * side));
      return perturbScoreFit<Float32Array>(
        task,
        {
          samples,
          change: (index) => rows[index]!,
          async picture(row, index) {
            const picture = await around.picture(index, sigma);
            row.set(differencePlanes(picture, image, side));
            return picture;
          },
          fit: (found) => fitted(found, { settings, soft, labels, around, sigma, image, baseline, side }),
        },
        (fraction) => progress(0.3 + 0.7 * fraction),
      );
    },
  };
}

async function distance(task: ExplainTask, around: Neighbours, labels: Relabelling, samples: number, kept: boolean): Promise<number> {
  const pilot = Math.min(samples, Math.max(24, Math.round(samples / 10)));
  const { sigma } = await findDistance(
    async (tried) => {
      const scores = await task.scores(pilot, (index) => around.picture(index, tried));
      const values = task.valuesOf(scores);
      return scores.filter((row, index) => labels.kept(row, values[index]!)).length / pilot;
    },
    BAND,
    kept ? 'kept' : 'shifted',
  );
  return sigma;
}

interface FitContext {
  readonly settings: RelabelSettings;
  readonly soft: number;
  readonly labels: Relabelling;
  readonly around: Neighbours;
  readonly sigma: number;
  readonly image: Image;
  readonly baseline: Image;
  readonly side: number;
}

function fitted({ change, scores, values }: Samples<Float32Array>, context: FitContext): RawMap {
  const { settings, soft, labels, around, sigma, image, baseline, side } = context;
  const count = scores.length;
  const each = <T>(make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
  const logits = each((index) => labels.logit(scores[index]!, values[index]!));
  const answered = each((index) => Number(labels.kept(scores[index]!, values[index]!)));
  const keptShare = answered.reduce((sum, label) => sum + label, 0) / count;
  const boundary = keptShare < ONE_SIDED || keptShare > 1 - ONE_SIDED ? middle(logits) : 0;
  const moved = logits.map((logit) => logit - boundary);
  const kept = boundary === 0 ? answered : moved.map((logit) => Number(logit > 0));
  // s = 2 sigma sqrt(d): a soft bound on how far neighbours count
  const reach = 2 * (2 * sigma) ** 2 * around.dimensions;
  const weights = each((index) => Math.exp(-around.squaredDistance(index, sigma) / reach));
  const taught = Math.max(2, Math.round(count * (1 - HELD_OUT)));
  const student = fitStudent(
    {
      rows: each(change).slice(0, taught),
      kept: kept.slice(0, taught),
      logits: moved.slice(0, taught),
      weights: weights.slice(0, taught),
    },
    { soft, temperature: settings.temperature, penalty: settings.penalty },
  );
  return {
    rows: side,
    columns: side,
    values: smoothed(mapOf(student, settings.map, differencePlanes(image, baseline, side), side), side, settings.smooth),
    figures: {
      ...fidelity(student, each(change).slice(taught), kept.slice(taught), moved.slice(taught)),
      sigma,
      keptShare,
      boundaryMoved: Number(boundary !== 0),
      vaeError: around.error,
    },
  };
}

/** How well the student repeats the teacher on neighbours it was not taught. */
function fidelity(
  student: Student,
  rows: readonly Float32Array[],
  kept: readonly number[],
  logits: readonly number[],
): { readonly hardFidelity: number; readonly softFidelity: number } {
  const said = rows.map((row) => student.logit(row));
  const hard = said.filter((logit, index) => Number(logit > 0) === kept[index]).length / rows.length;
  const { r2 } = surrogateFidelity(said.map(sigmoid), logits.map(sigmoid));
  return { hardFidelity: hard, softFidelity: Math.max(-1, r2) };
}

/**
 * `evidence`: weight times what the pixel has over the baseline, so that positive cells hold the answer up against their removal.
 * `importance`: size of the weights alone.
 */
function mapOf({ coefficients }: Student, kind: RelabelSettings['map'], difference: Float32Array, side: number): Float64Array {
  const cells = side * side;
  const map = new Float64Array(cells);
  coefficients.forEach((weight, k) => (map[k % cells]! += kind === 'importance' ? Math.abs(weight) : weight * difference[k]!));
  return map;
}

/** Mean over each cell and its neighbours up to `radius` cells away. */
function smoothed(values: Float64Array, side: number, radius: number): Float64Array {
  if (radius === 0) return values;
  const out = new Float64Array(values.length);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let [sum, count] = [0, 0];
      for (let y = Math.max(0, row - radius); y <= Math.min(side - 1, row + radius); y++)
        for (let x = Math.max(0, column - radius); x <= Math.min(side - 1, column + radius); x++) {
          sum += values[y * side + x]!;
          count++;
        }
      out[row * side + column] = sum / count;
    }
  }
  return out;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
