import type { Image, SaliencyMap } from '@verilens/core';
import { fillCells, type ObjectiveValues } from './cell-mixtures.ts';
import { checkCount, checkFinite, checkRange } from './check.ts';
import { seededUniform } from './random.ts';
import { resampleMap } from './saliency-map.ts';

export interface InfidelityOptions {
  readonly image: Image;
  /** What hidden cells are filled with; state it beside the figure. */
  readonly fill: Image;
  readonly map: SaliencyMap;
  readonly values: ObjectiveValues;
  /** Random squares. Default 64. */
  readonly samples?: number;
  /** Cells in each direction; the largest square has half as many. Default 8. */
  readonly cells?: number;
  readonly seed: number;
}

/**
 * Infidelity (Yeh et al., "On the (In)fidelity and Sensitivity of Explanations", NeurIPS 2019, https://arxiv.org/abs/1901.09392):
 * mean of (what the map says that hiding a part costs - what it really costs) squared, over random squares (the paper's "square
 * removal"). The map is scaled first by the one factor that suits it best, since maps have no unit, and the result is a share
 * of the mean squared cost: 0 is perfect, 1 no better than a map of zeros. Squares, not scattered cells: with those the cost
 * follows the share hidden, and every positive map looks right.
 * @throws VerilensError BAD_OPTION, NOT_FINITE
 */
export async function infidelity(options: InfidelityOptions): Promise<number> {
  const { image, fill, values, samples = 64, seed } = options;
  const shorter = Math.min(image.width, image.height);
  const cells = options.cells ?? Math.min(8, shorter);
  checkRange(cells, 1, shorter, 'infidelity', 'cells');
  checkCount(samples, 2, 'infidelity');
  const map = resampleMap(options.map, cells, cells).values;
  const draw = seededUniform(seed);
  const hidden = Array.from({ length: samples }, () => {
    const side = 1 + Math.floor(draw() * Math.max(1, Math.floor(cells / 2)));
    const [top, left] = [Math.floor(draw() * (cells - side + 1)), Math.floor(draw() * (cells - side + 1))];
    const mask = new Uint8Array(cells * cells);
    for (let row = top; row < top + side; row++) mask.fill(1, row * cells + left, row * cells + left + side);
    return mask;
  });
  const answers = checkFinite(
    await values(samples + 1, (index) => (index === 0 ? image : fillCells(image, fill, hidden[index - 1]!, cells, cells))),
    'infidelity',
  );
  let [both, own, cost] = [0, 0, 0];
  hidden.forEach((mask, index) => {
    const said = mask.reduce((sum, on, cell) => sum + on * map[cell]!, 0);
    const real = answers[0]! - answers[index + 1]!;
    both += said * real;
    own += said * said;
    cost += real * real;
  });
  if (cost === 0) return own === 0 ? 0 : 1;
  // the best factor is both / own; a map that needs a negative one says the opposite of the truth
  const fitted = own > 0 && both > 0 ? (both * both) / own : 0;
  return Math.max(0, 1 - fitted / cost);
}
