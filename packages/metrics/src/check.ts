import { VerilensError } from '@verilens/core';

/** Scores of one kind of item; higher means "more likely positive". */
export type Scores = ArrayLike<number>;
/** One label per score: `true`, or 1, is positive (manipulated, same identity). */
export type Labels = ArrayLike<number | boolean>;

export interface Labelled {
  readonly scores: Float64Array;
  /** 1 for positive, 0 for negative. */
  readonly labels: Uint8Array;
  readonly positives: number;
  readonly negatives: number;
}

/** @throws VerilensError BAD_INPUT for unequal lengths, labels that are not 0 or 1, or a class without items; NOT_FINITE for NaN or Inf */
export function checkLabelled(scores: Scores, labels: Labels, place: string): Labelled {
  checkEqualLength(scores.length, labels.length, place, 'one label per score');
  const clean = { scores: checkFinite(scores, place), labels: new Uint8Array(labels.length) };
  let positives = 0;
  for (let index = 0; index < labels.length; index++) {
    const label = Number(labels[index]);
    if (label !== 0 && label !== 1) {
      throw new VerilensError('BAD_INPUT', 'a label is neither 0 nor 1', { place, got: `${String(labels[index])} at ${index}` });
    }
    clean.labels[index] = label;
    positives += label;
  }
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new VerilensError('BAD_INPUT', `there is no ${positives === 0 ? 'positive' : 'negative'} item`, {
      place,
      expected: 'at least one of each class',
      got: `${positives} positive and ${negatives} negative`,
    });
  }
  return { ...clean, positives, negatives };
}

/** @throws VerilensError NOT_FINITE */
export function checkFinite(values: Scores, place: string): Float64Array {
  const clean = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new VerilensError('NOT_FINITE', 'a value is not a finite number', { place, got: `${String(value)} at ${index}` });
    }
    clean[index] = value;
  }
  return clean;
}

/** @throws VerilensError BAD_INPUT */
export function checkEqualLength(got: number, wanted: number, place: string, expected: string): void {
  if (got !== wanted) throw new VerilensError('BAD_INPUT', 'lengths differ', { place, expected, got: `${got} and ${wanted}` });
}

/** @throws VerilensError BAD_INPUT when there are fewer than `least` */
export function checkCount(got: number, least: number, place: string): void {
  if (got < least) throw new VerilensError('BAD_INPUT', 'too few values', { place, expected: `at least ${least}`, got: String(got) });
}

/** @throws VerilensError BAD_OPTION unless `least` <= value <= `most` */
export function checkRange(value: number, least: number, most: number, place: string, option: string): void {
  if (value >= least && value <= most) return;
  throw new VerilensError('BAD_OPTION', `${option} is out of range`, { place, expected: `${least}..${most}`, got: String(value) });
}

/** Probabilities. @throws VerilensError BAD_INPUT outside 0..1 */
export function checkProbabilities(values: Float64Array, place: string): void {
  const wrong = values.findIndex((value) => value < 0 || value > 1);
  if (wrong !== -1) throw new VerilensError('BAD_INPUT', 'a probability is outside 0..1', { place, got: `${values[wrong]} at ${wrong}` });
}
