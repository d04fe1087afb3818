/**
 * Weighted ridge regression with an intercept that is not penalised: minimises sum w (y - b0 - b.x)^2 + penalty |b|^2, by Cholesky's
 * factorisation of the normal equations of weighted, centred data.
 */
export function ridge(
  rows: readonly ArrayLike<number>[],
  targets: ArrayLike<number>,
  weights: ArrayLike<number>,
  penalty: number,
): { readonly coefficients: Float64Array; readonly intercept: number } {
  const width = rows[0]!.length;
  const means = new Float64Array(width);
  let [total, mean] = [0, 0];
  rows.forEach((row, index) => {
    total += weights[index]!;
    mean += weights[index]! * targets[index]!;
    for (let k = 0; k < width; k++) means[k]! += weights[index]! * row[k]!;
  });
  mean /= total;
  for (let k = 0; k < width; k++) means[k]! /= total;
  const matrix = new Float64Array(width * width);
  const right = new Float64Array(width);
  const centred = new Float64Array(width);
  rows.forEach((row, index) => {
    const weight = weights[index]!;
    for (let k = 0; k < width; k++) centred[k] = row[k]! - means[k]!;
    for (let i = 0; i < width; i++) {
      right[i]! += weight * centred[i]! * (targets[index]! - mean);
      for (let j = 0; j <= i; j++) matrix[i * width + j]! += weight * centred[i]! * centred[j]!;
    }
  });
  for (let k = 0; k < width; k++) matrix[k * width + k]! += penalty;
  const coefficients = solve(matrix, right, width);
  return { coefficients, intercept: mean - coefficients.reduce((sum, value, k) => sum + value * means[k]!, 0) };
}

/** Solves A x = b for a symmetric positive definite A given by its lower triangle, both overwritten. */
function solve(matrix: Float64Array, right: Float64Array, width: number): Float64Array {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i * width + j]!;
      for (let k = 0; k < j; k++) value -= matrix[i * width + k]! * matrix[j * width + k]!;
      matrix[i * width + j] = i === j ? Math.sqrt(value) : value / matrix[j * width + j]!;
    }
  }
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < i; k++) right[i]! -= matrix[i * width + k]! * right[k]!;
    right[i]! /= matrix[i * width + i]!;
  }
  for (let i = width - 1; i >= 0; i--) {
    for (let k = i + 1; k < width; k++) right[i]! -= matrix[k * width + i]! * right[k]!;
    right[i]! /= matrix[i * width + i]!;
  }
  return right;
}
