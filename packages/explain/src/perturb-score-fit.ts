import type { Image } from '@verilens/core';
import type { RawMap } from './explain-with.ts';
import type { ExplainTask } from './task.ts';

/** How pictures are changed at random, and what is made of the model's answers. `Change` is what the fit sees of a sample, e.g. a mask. */
export interface PerturbationMethod<Change> {
  /** Pictures the model judges. */
  readonly samples: number;
  /** How sample `index` is changed. May be asked for again: keep it, or make it again from its number. */
  readonly change: (index: number) => Change;
  /** The changed picture, made when its portion runs and forgotten after it. */
  readonly picture: (change: Change, index: number) => Image | Promise<Image>;
  readonly fit: (samples: Samples<Change>) => RawMap;
}

/** What the model said of each changed picture. */
export interface Samples<Change> {
  readonly change: (index: number) => Change;
  /** The objective's value, one per sample. */
  readonly values: Float64Array;
  /** The model's scores, one row per sample. */
  readonly scores: readonly Float32Array[];
}

/**
 * What RISE, LIME and re-label distillation have in common: change the picture at random, ask the model about each, fit something
 * simple to its answers. They differ in the change and in the fit.
 * @throws VerilensError NOT_FINITE, ABORTED
 */
export async function perturbScoreFit<Change>(
  task: ExplainTask,
  method: PerturbationMethod<Change>,
  onProgress?: (fraction: number) => void,
): Promise<RawMap> {
  const { samples, change, picture, fit } = method;
  const scores = await task.scores(samples, (index) => picture(change(index), index), onProgress);
  return fit({ change, scores, values: task.valuesOf(scores) });
}

/** `seen` of the picture and the rest of the baseline. @param seen 0..1 for a pixel, row by row */
export function blendPixels(image: Image, baseline: Image, seen: (pixel: number) => number): Image {
  const data = new Uint8ClampedArray(image.data.length);
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    const share = seen(pixel);
    for (let p = pixel * 4; p < pixel * 4 + 4; p++) data[p] = image.data[p]! * share + baseline.data[p]! * (1 - share);
  }
  return { data, width: image.width, height: image.height };
}
