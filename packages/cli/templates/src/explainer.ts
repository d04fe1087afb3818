import type { Baseline, Explainer, Explanation, ExplainOptions, Image, Plugin } from '@verilens/core';
import { checkObjective, didYouMean, lifecycle, objectiveValue, throwIfAborted, VerilensError } from '@verilens/core';
import { checkImage } from './thumbnail.ts';

const name = 'template-name';
const method = 'occlusion';
const cells = 6;
const grey: Baseline = { kind: 'constant', rgb: [128, 128, 128] };

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands it is plain occlusion: each cell of a 6 x 6 grid is painted over in turn, and its importance is how far
 * the objective falls. `@verilens/explain` has what most methods need around their idea: portions that fit the memory,
 * baselines, fidelity, gradients.
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
        methods: [{ name: method, needs: 'scores' }],
        async warmup() {
          life.begin();
        },
        async explain(model, image, objective, options: ExplainOptions = {}): Promise<Explanation> {
          const { baseline = grey, signal, memoryBytes = 2 ** 28, onProgress } = options;
          const elapsed = life.begin(signal);
          checkImage(image, name);
          checkObjective(objective, model);
          checkMethod(options.method);
          const rgb = colourOf(baseline);
          let modelRuns = 0;
          const measure = async (hidden: readonly (readonly number[])[]): Promise<readonly number[]> => {
            const found: number[] = [];
            const portion = Math.max(1, Math.floor(memoryBytes / (model.bytesPerImage ?? 64 * image.data.length)));
            for (let from = 0; from < hidden.length; from += portion) {
              throwIfAborted(signal, name);
              const pictures = hidden.slice(from, from + portion).map((some) => hide(image, some, rgb));
              modelRuns += pictures.length;
              for (const row of await model.score(pictures)) found.push(objectiveValue(objective, model, row));
            }
            return found;
          };
          const each = Array.from({ length: cells * cells }, (_, cell) => [cell]);
          const [value, ...left] = await measure([[], ...each]);
          const values = Float32Array.from(left, (score) => value! - score);
          onProgress?.(0.5);
          const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
          const random = shuffled(values.length, options.seed ?? 0);
          const fidelity =
            options.fidelity === false
              ? undefined
              : {
                  ...(await curves(order, measure)),
                  random: await curves(random, measure),
                  steps: cells,
                  cells,
                  fill: baseline,
                  empty: (await measure([order]))[0]!,
                };
          onProgress?.(1);
          const peak = Math.max(...values.map(Math.abs));
          return {
            method,
            objective,
            saliency: { rows: cells, columns: cells, values: peak > 0 ? values.map((item) => item / peak) : values },
            ...(fidelity === undefined ? {} : { fidelity }),
            baseline,
            value: value!,
            modelRuns,
            figures: {},
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

function checkMethod(wanted: string | undefined): void {
  if (wanted === undefined || wanted === method) return;
  throw new VerilensError('UNKNOWN_NAME', `no method is called "${wanted}"`, { place: name, remedy: didYouMean(wanted, [method]) });
}

function colourOf(baseline: Baseline): readonly [number, number, number] {
  if (baseline.kind === 'constant') return baseline.rgb;
  throw new VerilensError('UNSUPPORTED', 'only a constant baseline is known', { place: name, expected: 'constant', got: baseline.kind });
}

/** Mean of the objective along removing, and along putting back, one row's worth of cells at a time. */
async function curves(
  order: readonly number[],
  measure: (hidden: readonly (readonly number[])[]) => Promise<readonly number[]>,
): Promise<{ deletion: number; insertion: number }> {
  const steps = Array.from({ length: cells + 1 }, (_, step) => step * cells);
  const mean = (values: readonly number[]): number => values.reduce((sum, item) => sum + item, 0) / values.length;
  const removed = await measure(steps.map((count) => order.slice(0, count)));
  const restored = await measure(steps.map((count) => order.slice(count)));
  return { deletion: mean(removed), insertion: mean(restored) };
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
