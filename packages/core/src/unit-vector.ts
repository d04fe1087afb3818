import { VerilensError } from './errors.ts';

/** How far from 1 the length of a vector may be that was written to a file and read again. */
const TOLERANCE = 1e-3;

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

export function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** The vector divided by its length. @throws VerilensError NOT_FINITE when it has none */
export function unitVector(vector: Float32Array, place: string): Float32Array {
  const length = lengthOf(vector);
  if (length > 0 && Number.isFinite(length)) return vector.map((value) => value / length);
  throw new VerilensError('NOT_FINITE', 'the network gave no direction', {
    place,
    expected: 'finite numbers, not all 0',
    got: `a length of ${length}`,
  });
}

/** Also false when a value is not finite. */
export function isUnit(vector: Float32Array, dimensions: number): boolean {
  return vector.length === dimensions && Math.abs(lengthOf(vector) - 1) < TOLERANCE;
}
