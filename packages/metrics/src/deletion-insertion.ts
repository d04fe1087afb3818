import type { Baseline, Fidelity, FidelityCurves, Image, SaliencyMap } from '@verilens/core';
import { fillCells, type ObjectiveValues } from './cell-mixtures.ts';
import { checkEqualLength, checkFinite, checkRange } from './check.ts';
import { randomOrder, resampleMap, saliencyOrder } from './saliency-map.ts';

export interface DeletionInsertionOptions {
  readonly image: Image;
  /** What removed cells are filled with; of the picture's size. The figures depend on it: state it beside them. */
  readonly fill: Image;
  readonly map: SaliencyMap;
  readonly values: ObjectiveValues;
  /** Steps along each curve. Default 16. */
  readonly steps?: number;
  /** Cells in each direction of the grid that is removed; every map is brought to it. Default 16. At most the picture's shorter side. */
  readonly cells?: number;
  /** Of the random order and of the order among equal cells. */
  readonly seed: number;
}

export interface Curves {
  /** Area under the objective (by trapezoids, over the share of cells 0..1) while the most important cells are filled first. Lower is better. */
  readonly deletion: number;
  /** The same while they are put back first on a picture that is all fill. Higher is better. */
  readonly insertion: number;
  /** steps + 1 values each, first nothing changed, last everything. */
  readonly deletionCurve: Float64Array;
  readonly insertionCurve: Float64Array;
}

export interface DeletionInsertion extends Curves {
  readonly random: Curves;
  readonly steps: number;
  readonly cells: number;
}

/**
 * Deletion and insertion (Petsiuk, Das and Saenko, "RISE", BMVC 2018, https://arxiv.org/abs/1806.07421), beside those of
 * a random order. On purpose: cells of one grid rather than pixels, so that a map as coarse as Grad-CAM's and one as fine
 * as a gradient's are removed in the same portions, and the random order too.
 * @throws VerilensError BAD_INPUT, BAD_OPTION, NOT_FINITE
 */
export async function deletionInsertion(options: DeletionInsertionOptions): Promise<DeletionInsertion> {
  const { image, fill, map, values, seed } = options;
  const shorter = Math.min(image.width, image.height);
  const cells = options.cells ?? Math.min(16, shorter);
  const steps = options.steps ?? 16;
  checkRange(cells, 1, shorter, 'deletionInsertion', 'cells');
  checkRange(steps, 1, cells * cells, 'deletionInsertion', 'steps');
  const curves = async (order: Uint32Array): Promise<Curves> => {
    const rank = new Uint32Array(order.length);
    order.forEach((cell, place) => (rank[cell] = place));
    const changed = (step: number): number => Math.round((step * order.length) / steps);
    const at = (step: number, insert: boolean): Image => {
      const filled = rank.map((place) => Number(place < changed(step) !== insert));
      return fillCells(image, fill, filled, cells, cells);
    };
    const all = await values(2 * (steps + 1), (index) => at(index % (steps + 1), index > steps));
    checkEqualLength(all.length, 2 * (steps + 1), 'deletionInsertion', 'one value per picture');
    const clean = checkFinite(all, 'deletionInsertion');
    const [deletionCurve, insertionCurve] = [clean.slice(0, steps + 1), clean.slice(steps + 1)];
    return { deletion: area(deletionCurve), insertion: area(insertionCurve), deletionCurve, insertionCurve };
  };
  const own = await curves(saliencyOrder(resampleMap(map, cells, cells), seed));
  return { ...own, random: await curves(randomOrder(cells * cells, seed + 1)), steps, cells };
}

/** As explanations carry it. @param fill what removed cells were filled with */
export function fidelityOf(measured: DeletionInsertion, fill: Baseline): Fidelity {
  const { deletion, insertion, random, steps, cells } = measured;
  const curves = (of: Curves): FidelityCurves => ({ deletion: [...of.deletionCurve], insertion: [...of.insertionCurve] });
  return {
    deletion,
    insertion,
    random: { deletion: random.deletion, insertion: random.insertion },
    steps,
    cells,
    fill,
    empty: measured.deletionCurve.at(-1)!,
    curves: { ...curves(measured), random: curves(random) },
  };
}

function area(curve: Float64Array): number {
  let total = 0;
  for (let step = 1; step < curve.length; step++) total += (curve[step - 1]! + curve[step]!) / 2;
  return total / (curve.length - 1);
}
