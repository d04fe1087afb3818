import { seededUniform } from '../src/random.ts';

export interface Sample {
  readonly scores: number[];
  readonly labels: number[];
}

/** Random scores, rounded so that many are equal; positives lie higher by `shift`. Both classes are always there. */
export function sample(seed: number, count: number, shift: number = 0.3, steps: number = 8): Sample {
  const uniform = seededUniform(seed);
  const labels = Array.from({ length: count }, (_, index) => (index < 2 ? index : Number(uniform() < 0.4)));
  const scores = labels.map((label) => Math.round((uniform() + label * shift) * steps) / steps);
  return { scores, labels };
}

/** Standard normal draws by Box-Muller. */
export function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
