import { type SaliencyMap, VerilensError } from '@verilens/core';
import { checkMap } from './saliency-map.ts';

/** Where the truth lies, on a grid of its own laid over the picture; other than 0: inside. */
export interface TruthMask {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

export interface Pointing {
  /** Share of the map's maxima that lie inside: 1 or 0 for a single one. A map of one value all over has the mask's own share. */
  readonly hit: number;
  /** Share of the map's positive values that lies inside, 0..1; 0 when nothing is positive. */
  readonly inside: number;
  /** Share of the picture that lies inside: what a map that knows nothing gets on average. */
  readonly chance: number;
}

/**
 * The pointing game (Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016,
 * https://arxiv.org/abs/1608.00507): is the map's maximum inside the true mask? On purpose without its tolerance of 15
 * pixels. A cell lies inside when its centre does.
 * @throws VerilensError BAD_INPUT when the mask is empty or sizes disagree, NOT_FINITE
 */
export function pointingGame(map: SaliencyMap, truth: TruthMask): Pointing {
  const { rows, columns, values } = checkMap(map, 'pointingGame');
  let marked = 0;
  for (let index = 0; index < truth.values.length; index++) marked += Number(truth.values[index] !== 0);
  if (truth.values.length !== truth.rows * truth.columns || marked === 0)
    throw new VerilensError('BAD_INPUT', 'the mask marks nothing, or its size is wrong', {
      place: 'pointingGame',
      expected: `${truth.rows} x ${truth.columns} values, not all 0`,
      got: `${truth.values.length} values, ${marked} of them not 0`,
    });
  const peak = values.reduce((best, value) => Math.max(best, value), -Infinity);
  let [maxima, hits, positive, inside] = [0, 0, 0, 0];
  values.forEach((value, index) => {
    const row = Math.floor(((Math.floor(index / columns) + 0.5) * truth.rows) / rows);
    const column = Math.floor((((index % columns) + 0.5) * truth.columns) / columns);
    const within = truth.values[row * truth.columns + column] === 0 ? 0 : 1;
    maxima += Number(value === peak);
    hits += value === peak ? within : 0;
    positive += Math.max(0, value);
    inside += within * Math.max(0, value);
  });
  return { hit: hits / maxima, inside: positive > 0 ? inside / positive : 0, chance: marked / truth.values.length };
}
