import { checkCount, checkEqualLength, checkFinite, type Scores } from './check.ts';

export interface SurrogateFidelity {
  /** Weighted share of the model's variance that the surrogate explains: 1 is perfect, 0 no better than the mean, below 0 worse. 1 when both are constant and equal. */
  readonly r2: number;
  /** Weighted share of samples that lie on the same side of `threshold` in both. Absent without a threshold. */
  readonly agreement?: number;
}

/**
 * How faithfully a simple model repeats the one it explains, on samples around a picture (best on samples it was not fitted to).
 * @throws VerilensError BAD_INPUT, NOT_FINITE
 */
export function surrogateFidelity(
  surrogate: Scores,
  model: Scores,
  options: { readonly weights?: Scores; readonly threshold?: number } = {},
): SurrogateFidelity {
  const place = 'surrogateFidelity';
  checkEqualLength(surrogate.length, model.length, place, 'one answer of each per sample');
  checkCount(model.length, 2, place);
  const [said, wanted] = [checkFinite(surrogate, place), checkFinite(model, place)];
  const weights = options.weights === undefined ? new Float64Array(model.length).fill(1) : checkFinite(options.weights, place);
  checkEqualLength(weights.length, model.length, place, 'one weight per sample');
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = wanted.reduce((sum, value, index) => sum + weights[index]! * value, 0) / total;
  let [left, spread, agreed] = [0, 0, 0];
  const { threshold } = options;
  wanted.forEach((value, index) => {
    left += weights[index]! * (value - said[index]!) ** 2;
    spread += weights[index]! * (value - mean) ** 2;
    if (threshold !== undefined && value >= threshold === said[index]! >= threshold) agreed += weights[index]!;
  });
  const r2 = spread > 0 ? 1 - left / spread : left > 0 ? -Infinity : 1;
  return threshold === undefined ? { r2 } : { r2, agreement: agreed / total };
}
