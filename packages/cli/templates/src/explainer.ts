import type { ExplainableModel, Explainer, Explanation, ExplainOptions, Image, Objective, Plugin } from '@verilens/core';
import { throwIfAborted, VerilensError } from '@verilens/core';
import { lifecycle } from './lifecycle.ts';
import { checkImage } from './thumbnail.ts';

const name = 'template-name';
const cells = 6;
const grey: readonly [number, number, number] = [128, 128, 128];

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it is plain occlusion: each cell of a 6 x 6 grid is painted grey in turn, and its importance is how far
 * the objective falls.
 */
export function templateName(): Plugin<'explainer'> {
  return {
    name,
    role: 'explainer',
    apiVersion: 1,
    async create({ runtime }): Promise<Explainer> {
      const life = lifecycle(name);
      return {
        name,
        async warmup() {
          life.begin();
        },
        async explain(model: ExplainableModel, image: Image, objective: Objective, options: ExplainOptions = {}): Promise<Explanation> {
          const elapsed = life.begin(options.signal);
          checkImage(image, name);
          if (options.baseline !== undefined && options.baseline.kind !== 'constant') {
            throw new VerilensError('UNSUPPORTED', 'only a constant baseline is known', {
              place: name,
              expected: 'constant',
              got: options.baseline.kind,
            });
          }
          const rgb = options.baseline?.rgb ?? grey;
          let modelRuns = 0;
          const measure = async (pictures: readonly Image[]): Promise<readonly number[]> => {
            throwIfAborted(options.signal, name);
            modelRuns += pictures.length;
            const rows = await model.score(pictures, { signal: options.signal });
            return rows.map((row) => valueOf(row, model, objective));
          };
          const [value] = await measure([image]);
          const values = new Float32Array(cells * cells);
          for (let cell = 0; cell < values.length; cell++) {
            values[cell] = value! - (await measure([hide(image, [cell], rgb)]))[0]!;
            options.onProgress?.((cell + 1) / values.length);
          }
          const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
          const fidelity =
            options.fidelity === false
              ? undefined
              : {
                  ...(await curves(order, image, rgb, value!, measure)),
                  random: await curves(shuffled(values.length, options.seed ?? 0), image, rgb, value!, measure),
                  steps: cells,
                };
          const peak = Math.max(...values.map(Math.abs));
          return {
            objective,
            saliency: { rows: cells, columns: cells, values: peak > 0 ? values.map((item) => item / peak) : values },
            fidelity,
            baseline: { kind: 'constant', rgb },
            value: value!,
            modelRuns,
            device: runtime.device,
            durationMs: elapsed(),
          };
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

function valueOf(scores: Float32Array, model: ExplainableModel, objective: Objective): number {
  const of = (output: string): number => {
    const index = model.outputs.indexOf(output);
    if (index < 0)
      throw new VerilensError('UNKNOWN_NAME', `the model has no output "${output}"`, { place: name, expected: model.outputs.join(', ') });
    return scores[index]!;
  };
  return objective.kind === 'output' ? of(objective.output) : of(objective.output) - of(objective.against);
}

/** Mean of the objective along removing, and along putting back, one row's worth of cells at a time; as a share of the full value. */
async function curves(
  order: readonly number[],
  image: Image,
  rgb: readonly [number, number, number],
  full: number,
  measure: (pictures: readonly Image[]) => Promise<readonly number[]>,
): Promise<{ deletion: number; insertion: number }> {
  const steps = Array.from({ length: cells + 1 }, (_, step) => step * cells);
  const share = (values: readonly number[]): number =>
    values.reduce((sum, item) => sum + item, 0) / values.length / (Math.abs(full) > 1e-9 ? full : 1);
  const removed = await measure(steps.map((count) => hide(image, order.slice(0, count), rgb)));
  const restored = await measure(steps.map((count) => hide(image, order.slice(count), rgb)));
  return { deletion: share(removed), insertion: share(restored) };
}

function hide(image: Image, hidden: readonly number[], rgb: readonly [number, number, number]): Image {
  const data = new Uint8ClampedArray(image.data);
  const set = new Set(hidden);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const cell = Math.floor((y * cells) / image.height) * cells + Math.floor((x * cells) / image.width);
      if (set.has(cell)) data.set(rgb, (y * image.width + x) * 4);
    }
  }
  return { data, width: image.width, height: image.height };
}

function shuffled(length: number, seed: number): readonly number[] {
  const order = Array.from({ length }, (_, index) => index);
  let state = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
