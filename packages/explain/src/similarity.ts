import type { ObjectiveFunction } from '@verilens/core';

/** Cosine of an embedding with a reference, -1..1: why do these two look alike to the model? An embedding of zeros is like nothing: 0. */
export function similarityTo(reference: ArrayLike<number>, name: string = 'similarity to the reference'): ObjectiveFunction {
  const length = Math.sqrt(dot(reference, reference));
  return {
    name,
    value: (scores) => {
      const both = Math.sqrt(dot(scores, scores)) * length;
      return both === 0 ? 0 : dot(scores, reference) / both;
    },
    // d/ds (s.r / |s||r|) = r / |s||r| - s (s.r) / |s|^3 |r|
    slope: (scores) => {
      const own = Math.sqrt(dot(scores, scores));
      const both = dot(scores, reference);
      if (own * length === 0) return new Float64Array(scores.length);
      return Float64Array.from(scores, (score, k) => reference[k]! / (own * length) - (score * both) / (own ** 3 * length));
    },
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
