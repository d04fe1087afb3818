import { VerilensError } from '@verilens/core';
import type { Data } from '../op-types.ts';
import { constant } from '../ops/source.ts';
import { showShape, sizeOf, type Sym } from '../sym.ts';
import type { Kind } from './onnx-file.ts';

/** A tensor whose values are known while the graph is imported: stored, or computed from stored ones and from shapes. */
export interface Known {
  readonly known: true;
  readonly kind: Kind;
  readonly shape: readonly number[];
  /** Float32Array for floats, otherwise Float64Array. */
  readonly data: Float32Array | Float64Array;
}

/** What a name of an ONNX graph stands for during import. */
export type Value = Known | Sym;

export function isKnown(value: Value): value is Known {
  return 'known' in value;
}

/** Most elements that are computed on the spot; a hostile shape must not fill the memory. */
export const MAX_KNOWN = 2 ** 24;

export function known(kind: Kind, shape: readonly number[], fill: (index: number) => number): Known {
  const size = sizeOf(shape);
  if (!(size <= MAX_KNOWN))
    throw new VerilensError('TOO_LARGE', 'a constant of the graph is too large', {
      place: 'nn importOnnx',
      expected: `at most ${MAX_KNOWN} elements`,
      got: showShape(shape),
    });
  const data = kind === 'float' ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = fill(i);
  return { known: true, kind, shape, data };
}

export function knownInts(values: readonly number[]): Known {
  return known('int', [values.length], (i) => values[i]!);
}

export function kindOf(value: Value): Kind {
  if (isKnown(value)) return value.kind;
  return value.dtype === 'float32' ? 'float' : value.dtype === 'int32' ? 'int' : 'bool';
}

/** The known tensor as a constant of a graph. Integers are kept within int32, where ONNX uses huge ones for "to the end". */
export function toSym({ kind, shape, data }: Known): Sym {
  const typed: Data =
    kind === 'float'
      ? (data as Float32Array)
      : kind === 'bool'
        ? Uint8Array.from(data)
        : Int32Array.from(data, (v) => Math.min(Math.max(v, -(2 ** 31)), 2 ** 31 - 1));
  return constant(typed, shape);
}
