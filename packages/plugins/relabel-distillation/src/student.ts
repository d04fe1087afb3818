import { ridgeProblem } from '@verilens/explain';

export interface StudentData {
  /** Changes of pixels from the explained picture, one row per neighbour. */
  readonly rows: readonly Float32Array[];
  /** 1: the neighbour keeps the label. */
  readonly kept: ArrayLike<number>;
  /** The teacher's logit of "kept", one per neighbour. */
  readonly logits: ArrayLike<number>;
  /** Nearness of each neighbour. */
  readonly weights: ArrayLike<number>;
}

export interface StudentOptions {
  /** Share of the soft targets in the loss, 0..1. 0: hard labels alone. */
  readonly soft: number;
  /** Temperature of the soft targets, above 0. */
  readonly temperature: number;
  /** On the squared weights; rows count in units of their root mean square length. */
  readonly penalty: number;
}

/** A linear model of "kept" against "shifted": w = W_kept - W_shifted of the two-class softmax. */
export interface Student {
  readonly coefficients: Float64Array;
  logit(row: ArrayLike<number>): number;
}

const STEPS = 40;

/**
 * Minimises the weighted mean of soft * t^2 KL(teacher / t, student / t) + (1 - soft) CE(student, kept), plus penalty / 2 |w|^2, by
 * Newton's method: each step is a weighted ridge regression. Convex, so there is one answer and no schedule.
 */
export function fitStudent({ rows, kept, logits, weights }: StudentData, { soft, temperature, penalty }: StudentOptions): Student {
  const count = rows.length;
  const scale = Math.sqrt(rows.reduce((sum, row) => sum + squareOf(row), 0) / count) || 1;
  const problem = ridgeProblem(rows.map((row) => row.map((value) => value / scale)));
  const total = Array.from({ length: count }, (_, i) => weights[i]!).reduce((sum, weight) => sum + weight, 0);
  const share = Float64Array.from({ length: count }, (_, i) => weights[i]! / total);
  const targets = Float64Array.from({ length: count }, (_, i) => sigmoid(logits[i]! / temperature));
  const lossOf = (u: Float64Array, w: Float64Array): number => {
    let loss = (penalty / 2) * squareOf(w);
    for (let i = 0; i < count; i++) {
      const softLoss = temperature ** 2 * crossEntropy(u[i]! / temperature, targets[i]!);
      loss += share[i]! * (soft * softLoss + (1 - soft) * crossEntropy(u[i]!, kept[i]!));
    }
    return loss;
  };
  let u: Float64Array = new Float64Array(count);
  let w: Float64Array = new Float64Array(rows[0]!.length);
  let b = 0;
  let loss = lossOf(u, w);
  for (let step = 0; step < STEPS; step++) {
    const wanted = new Float64Array(count);
    const curvature = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const [cool, plain] = [sigmoid(u[i]! / temperature), sigmoid(u[i]!)];
      const slope = soft * temperature * (cool - targets[i]!) + (1 - soft) * (plain - kept[i]!);
      const bend = Math.max(1e-9, soft * cool * (1 - cool) + (1 - soft) * plain * (1 - plain));
      wanted[i] = u[i]! - slope / bend;
      curvature[i] = share[i]! * bend;
    }
    const fit = problem.fit(wanted, curvature, penalty);
    let length = 1;
    const move = (from: Float64Array, to: Float64Array): Float64Array => from.map((value, k) => value + length * (to[k]! - value));
    while (length > 1e-4 && !(lossOf(move(u, fit.fitted), move(w, fit.coefficients)) <= loss)) length /= 2;
    if (length <= 1e-4) break;
    const next = move(u, fit.fitted);
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(value - u[i]!)), 0);
    [u, w, b] = [next, move(w, fit.coefficients), b + length * (fit.intercept - b)];
    loss = lossOf(u, w);
    if (moved < 1e-6) break;
  }
  const coefficients = w.map((value) => value / scale);
  return { coefficients, logit: (row) => coefficients.reduce((sum, value, k) => sum + value * row[k]!, b) };
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Of a logit with the probability wanted; its least is the target's entropy. */
function crossEntropy(logit: number, wanted: number): number {
  // log(1 + e^-x) without overflow
  return Math.max(0, -logit) + Math.log1p(Math.exp(-Math.abs(logit))) + (1 - wanted) * logit;
}

function squareOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! ** 2;
  return sum;
}
