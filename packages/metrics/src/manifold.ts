import { VerilensError } from '@verilens/core';

/** Rows of features. */
export interface FeatureRows {
  readonly width: number;
  // [count, width]
  readonly data: Float32Array;
}

export interface ManifoldQuality {
  /** Share of made samples that lie within the real ones' neighbourhoods: do they look real? 0..1 */
  readonly precision: number;
  /** Share of real samples that lie within the made ones' neighbourhoods: is everything covered? 0..1 */
  readonly recall: number;
}

/**
 * Precision and recall of a generator without likelihoods (Kynkäänniemi et al., NeurIPS 2019): a sample lies within a set when it is
 * as near to one of its members as that member is to its own k-th neighbour. Depends on the features, on k and on how many samples
 * there are: compare only figures with equal ones.
 *
 * @throws VerilensError BAD_INPUT for fewer than k + 1 rows or rows of different widths
 */
export function manifoldQuality(real: FeatureRows, made: FeatureRows, options: { readonly k?: number } = {}): ManifoldQuality {
  const { k = 3 } = options;
  for (const rows of [real, made]) {
    if (rows.width !== real.width || rows.data.length % rows.width !== 0 || rows.data.length / rows.width <= k)
      throw new VerilensError('BAD_INPUT', 'features that cannot be compared', {
        place: 'metrics manifoldQuality',
        expected: `more than ${k} rows of one width`,
        got: `${rows.data.length} numbers of width ${rows.width}`,
      });
  }
  return { precision: within(made, real, k), recall: within(real, made, k) };
}

/** Share of `samples` that lie within the neighbourhoods of `set`. */
function within(samples: FeatureRows, set: FeatureRows, k: number): number {
  const radii = neighbourRadii(set, k);
  const count = samples.data.length / samples.width;
  let inside = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < radii.length; j++) {
      if (squaredDistance(samples, i, set, j) <= radii[j]!) {
        inside++;
        break;
      }
    }
  }
  return inside / count;
}

/** Squared distance of each row to its k-th nearest other row. */
function neighbourRadii(set: FeatureRows, k: number): Float64Array {
  const count = set.data.length / set.width;
  return Float64Array.from({ length: count }, (_, i) => {
    const distances = new Float64Array(count);
    for (let j = 0; j < count; j++) distances[j] = i === j ? Infinity : squaredDistance(set, i, set, j);
    return distances.sort()[k - 1]!;
  });
}

function squaredDistance(a: FeatureRows, i: number, b: FeatureRows, j: number): number {
  let sum = 0;
  for (let c = 0, x = i * a.width, y = j * b.width; c < a.width; c++, x++, y++) sum += (a.data[x]! - b.data[y]!) ** 2;
  return sum;
}
