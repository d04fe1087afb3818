import { type Baseline, type ExplainableModel, type Image, type Objective, type Plugin, VerilensError } from '@verilens/core';
import { plugin, stream } from './base.ts';

/** Hides one cell of a grid at a time and looks how far the objective falls. */
export const occlusion: () => Plugin<'explainer'> = plugin('occlusion', 'explainer', (own) => ({
  ...own,
  explain: (model, image, objective, options = {}) =>
    own.work(options, async () => {
      const { baseline = { kind: 'constant', rgb: [0, 0, 0] }, seed = 0 } = options;
      const n = 8;
      const cells = Array.from({ length: n * n }, (_, index) => index);
      let modelRuns = 0;
      const values = async (images: readonly Image[]): Promise<number[]> => {
        modelRuns += images.length;
        return (await model.score(images, { signal: options.signal })).map((scores) => valueOf(model, scores, objective));
      };
      const value = (await values([image]))[0]!;
      const falls = (await values(cells.map((cell) => covered(image, baseline, n, (other) => other === cell)))).map((left) => value - left);
      const largest = Math.max(...falls.map(Math.abs)) || 1;
      const order = [...cells].sort((a, b) => falls[b]! - falls[a]! || a - b);
      const random = [...cells];
      const draw = stream(Uint8Array.of(seed & 255, 7));
      for (let last = random.length - 1; last > 0; last--) {
        const other = Math.floor(draw() * (last + 1));
        [random[last], random[other]] = [random[other]!, random[last]!];
      }
      const steps = 8;
      const curve = async (sequence: readonly number[], insert: boolean): Promise<number> => {
        const images = Array.from({ length: steps + 1 }, (_, step) => {
          const changed = new Set(sequence.slice(0, (step * cells.length) / steps));
          return covered(image, baseline, n, (cell) => changed.has(cell) !== insert);
        });
        return (await values(images)).reduce((sum, point) => sum + point, 0) / (steps + 1) / (value || 1);
      };
      const fidelity =
        options.fidelity === false
          ? undefined
          : {
              deletion: await curve(order, false),
              insertion: await curve(order, true),
              random: { deletion: await curve(random, false), insertion: await curve(random, true) },
              steps,
            };
      return {
        objective,
        saliency: { rows: n, columns: n, values: Float32Array.from(falls, (fall) => fall / largest) },
        fidelity,
        baseline,
        value,
        modelRuns,
      };
    }),
}));

function valueOf(model: ExplainableModel, scores: Float32Array, objective: Objective): number {
  const column = (output: string): number => {
    const index = model.outputs.indexOf(output);
    if (index === -1) throw new VerilensError('UNKNOWN_NAME', `${model.name} has no output "${output}"`, { place: 'occlusion' });
    return scores[index]!;
  };
  return objective.kind === 'output' ? column(objective.output) : column(objective.output) - column(objective.against);
}

function covered(image: Image, baseline: Baseline, n: number, hide: (cell: number) => boolean): Image {
  if (baseline.kind === 'blur') throw new VerilensError('UNSUPPORTED', 'no blur here', { place: 'occlusion' });
  const data = Uint8ClampedArray.from(image.data);
  const { width, height } = image;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!hide(Math.floor((y * n) / height) * n + Math.floor((x * n) / width))) continue;
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++)
        data[at + channel] = baseline.kind === 'constant' ? baseline.rgb[channel]! * 255 : baseline.image.data[at + channel]!;
    }
  }
  return { data, width, height };
}
