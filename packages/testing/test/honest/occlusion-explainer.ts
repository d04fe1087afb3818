import { type Baseline, checkObjective, didYouMean, type Image, objectiveValue, VerilensError } from '@verilens/core';
import type { Plugin } from '@verilens/core';
import { deletionInsertion, fidelityOf, fillCells } from '@verilens/metrics';
import { plugin } from './base.ts';

const GREY: Baseline = { kind: 'constant', rgb: [128, 128, 128] };

/** Hides one cell of a grid at a time and looks how far the objective falls. */
export const occlusion: () => Plugin<'explainer'> = plugin('occlusion', 'explainer', (own) => ({
  ...own,
  methods: [{ name: 'occlusion', needs: 'scores' }],
  explain: (model, image, objective, options = {}) =>
    own.work(options, async () => {
      const { baseline = GREY, seed = 0, method = 'occlusion', signal } = options;
      if (method !== 'occlusion')
        throw new VerilensError('UNKNOWN_NAME', `no method "${method}"`, { place: 'occlusion', remedy: didYouMean(method, ['occlusion']) });
      checkObjective(objective, model);
      const n = 8;
      const fill = filled(baseline, image);
      const batch = Math.max(1, Math.min(32, Math.floor((options.memoryBytes ?? 2 ** 28) / (model.bytesPerImage ?? image.data.length))));
      let modelRuns = 0;
      const values = async (count: number, make: (index: number) => Image): Promise<number[]> => {
        const found: number[] = [];
        for (let from = 0; from < count; from += batch) {
          if (signal?.aborted) throw new VerilensError('ABORTED', 'cancelled', { place: 'occlusion' });
          const images = Array.from({ length: Math.min(batch, count - from) }, (_, k) => make(from + k));
          modelRuns += images.length;
          for (const row of await model.score(images)) found.push(objectiveValue(objective, model, row));
        }
        return found;
      };
      const [value] = await values(1, () => image);
      const only = (cell: number): Uint8Array => Uint8Array.from({ length: n * n }, (_, other) => Number(other === cell));
      const falls = (await values(n * n, (cell) => fillCells(image, fill, only(cell), n, n))).map((left) => value! - left);
      const largest = Math.max(...falls.map(Math.abs)) || 1;
      const saliency = { rows: n, columns: n, values: Float32Array.from(falls, (fall) => fall / largest) };
      options.onProgress?.(0.5);
      const measured = options.fidelity === false ? undefined : await deletionInsertion({ image, fill, map: saliency, values, seed });
      options.onProgress?.(1);
      return {
        method,
        objective,
        saliency,
        ...(measured === undefined ? {} : { fidelity: fidelityOf(measured, baseline) }),
        baseline,
        value: value!,
        modelRuns,
        figures: {},
      };
    }),
}));

function filled(baseline: Baseline, { width, height }: Image): Image {
  if (baseline.kind === 'image') return baseline.image;
  if (baseline.kind === 'blur') throw new VerilensError('UNSUPPORTED', 'no blur here', { place: 'occlusion' });
  const data = new Uint8ClampedArray(width * height * 4);
  for (let p = 0; p < data.length; p += 4) data.set([...baseline.rgb, 255], p);
  return { data, width, height };
}
