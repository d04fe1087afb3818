import type { ExplainableModel, Image } from '@verilens/core';
import { createImage } from '@verilens/vision';
import { expect, it } from 'vitest';
import { blendPixels, openTask, perturbScoreFit } from '../src/index.ts';

const level = (image: Image): number => image.data[0]! / 255;
const model: ExplainableModel = {
  name: 'two',
  outputs: ['level', 'rest'],
  bytesPerImage: 1,
  score: async (images) => images.map((image) => Float32Array.of(level(image), 1 - level(image))),
};
const open = (memoryBytes?: number) =>
  openTask(model, createImage(4, 4, [255, 255, 255]), { class: 0 }, memoryBytes === undefined ? {} : { memoryBytes }, 'test');

it('hands the fit changes, values and scores in the order of the samples, whatever the portions', async () => {
  for (const memoryBytes of [undefined, 2]) {
    const task = open(memoryBytes);
    const seen: number[] = [];
    const map = await perturbScoreFit<number>(
      task,
      {
        samples: 5,
        change: (index) => index / 5,
        // a picture may take its time
        picture: async (share) => blendPixels(task.image, task.baseline, () => share),
        fit({ change, values, scores }) {
          expect(Array.from(values, (_, index) => change(index))).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
          expect(scores.map((row) => row[0]! + row[1]!).every((sum) => Math.abs(sum - 1) < 1e-6)).toBe(true);
          return { rows: 1, columns: 5, values };
        },
      },
      (fraction) => seen.push(fraction),
    );
    // from the baseline's grey to white
    expect(Array.from(map.values, (value) => Math.round(255 * value))).toEqual([128, 153, 179, 204, 230]);
    expect([task.runs(), seen.at(-1)]).toEqual([5, 1]);
  }
});
