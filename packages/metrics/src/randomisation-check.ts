import type { SaliencyMap } from '@verilens/core';
import { checkCount, checkEqualLength, checkFinite, type Scores } from './check.ts';
import { resampleMap } from './saliency-map.ts';
import { meanSd, type MeanSd } from './spread.ts';

/**
 * Spearman's rank correlation, -1..1, equal values sharing their mean rank. 0 when one side is constant.
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function rankCorrelation(a: Scores, b: Scores): number {
  const place = 'rankCorrelation';
  checkEqualLength(a.length, b.length, place, 'two lists of one length');
  checkCount(a.length, 2, place);
  const [x, y] = [ranks(checkFinite(a, place)), ranks(checkFinite(b, place))];
  const mean = (x.length - 1) / 2;
  let [both, own, other] = [0, 0, 0];
  x.forEach((rank, index) => {
    both += (rank - mean) * (y[index]! - mean);
    own += (rank - mean) ** 2;
    other += (y[index]! - mean) ** 2;
  });
  return own > 0 && other > 0 ? both / Math.sqrt(own * other) : 0;
}

/**
 * The model-randomisation check (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018,
 * https://arxiv.org/abs/1810.03292): how alike the map is to maps of models with shuffled parameters, by rank. A method whose
 * maps stay alike shows the picture, not the model. Maps are compared on one grid of at most 32 cells in each direction.
 *
 * @param randomised Maps of the same picture and objective by models whose parameters were shuffled, one per seed.
 */
export function randomisationCheck(map: SaliencyMap, randomised: readonly SaliencyMap[]): MeanSd {
  checkCount(randomised.length, 1, 'randomisationCheck');
  const [rows, columns] = [Math.min(32, map.rows), Math.min(32, map.columns)];
  const own = resampleMap(map, rows, columns).values;
  return meanSd(randomised.map((other) => rankCorrelation(own, resampleMap(other, rows, columns).values)));
}

function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++;
    for (let place = start; place <= end; place++) found[order[place]!] = (start + end) / 2;
    start = end + 1;
  }
  return found;
}
