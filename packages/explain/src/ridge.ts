export interface RidgeFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** What the fit says for each row. */
  readonly fitted: Float64Array;
}

/** Linear models of one set of rows: targets, weights and penalty may be asked for again and again. */
export interface RidgeProblem {
  /** Minimises sum w (y - b0 - b.x)^2 + penalty |b|^2; b0 is not penalised. */
  fit(targets: ArrayLike<number>, weights: ArrayLike<number>, penalty: number): RidgeFit;
}

/**
 * Weighted ridge regression by Cholesky's factorisation: of the normal equations where there are more rows than columns, else of
 * their dual, whose size is the number of rows (the coefficients of a penalised fit are a sum of rows).
 */
export function ridgeProblem(rows: readonly ArrayLike<number>[]): RidgeProblem {
  return rows[0]!.length < rows.length ? primal(rows) : dual(rows);
}

function primal(rows: readonly ArrayLike<number>[]): RidgeProblem {
  const width = rows[0]!.length;
  return {
    fit(targets, weights, penalty) {
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
      return fitOf(rows, solvePositive(matrix, right), means, mean);
    },
  };
}

function dual(rows: readonly ArrayLike<number>[]): RidgeProblem {
  const [count, width] = [rows.length, rows[0]!.length];
  const products = new Float64Array(count * count);
  // one kind of array in one piece: the innermost loop of all
  const plain = rows.map((row) => Float64Array.from(row));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [plain[i]!, plain[j]!];
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[k]! * b[k]!;
      products[i * count + j] = products[j * count + i] = sum;
    }
  }
  return {
    fit(targets, weights, penalty) {
      let [total, mean] = [0, 0];
      for (let i = 0; i < count; i++) {
        total += weights[i]!;
        mean += weights[i]! * targets[i]!;
      }
      mean /= total;
      // products of rows with the weighted mean row, and of that with itself
      const withMean = new Float64Array(count);
      let meanSquare = 0;
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let j = 0; j < count; j++) sum += weights[j]! * products[i * count + j]!;
        withMean[i] = sum / total;
        meanSquare += (weights[i]! * withMean[i]!) / total;
      }
      const roots = Float64Array.from({ length: count }, (_, i) => Math.sqrt(weights[i]!));
      const matrix = new Float64Array(count * count);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++)
          matrix[i * count + j] = roots[i]! * roots[j]! * (products[i * count + j]! - withMean[i]! - withMean[j]! + meanSquare);
        matrix[i * count + i]! += penalty;
      }
      const shares = solvePositive(
        matrix,
        roots.map((root, i) => root * (targets[i]! - mean)),
      );
      const means = new Float64Array(width);
      const coefficients = new Float64Array(width);
      let all = 0;
      rows.forEach((row, i) => {
        const share = roots[i]! * shares[i]!;
        all += share;
        for (let k = 0; k < width; k++) {
          means[k]! += (weights[i]! * row[k]!) / total;
          coefficients[k]! += share * row[k]!;
        }
      });
      for (let k = 0; k < width; k++) coefficients[k]! -= all * means[k]!;
      return fitOf(rows, coefficients, means, mean);
    },
  };
}

function fitOf(rows: readonly ArrayLike<number>[], coefficients: Float64Array, means: Float64Array, mean: number): RidgeFit {
  const intercept = mean - dot(coefficients, means);
  return { coefficients, intercept, fitted: Float64Array.from(rows, (row) => intercept + dot(coefficients, row)) };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** Solves A x = b for a symmetric positive definite A given by its lower triangle, both overwritten. */
function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const width = right.length;
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
