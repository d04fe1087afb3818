import * as nn from '../../src/index.ts';
import type { Op } from '../../src/op-types.ts';
import type { Sym } from '../../src/sym.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';

/** One row of the op table: how to build it, what it must give, and how far it can be differentiated. */
export interface OpCase {
  readonly name: string;
  /** Primitive ops this row answers for. */
  readonly covers: readonly Op[];
  /** Float inputs by shape; values are drawn in low..high. */
  readonly inputs: readonly (readonly number[])[];
  readonly low?: number;
  readonly high?: number;
  /** Values that must not be equal or near each other or near whole numbers (kinks). */
  readonly spread?: boolean;
  readonly build: (...x: Sym[]) => Sym;
  readonly reference: (...x: Ref[]) => Ref;
  /** 2: gradient and second gradient are checked. 0: the op says it is not differentiable. Default 2. */
  readonly order?: 0 | 1 | 2;
}

export const one = (op: Op, build: (x: Sym) => Sym, f: (v: number) => number, options: Partial<OpCase> = {}): OpCase => ({
  name: op,
  covers: [op],
  inputs: [[2, 3]],
  build: (x) => build(x!),
  reference: (x) => ref.map(x!, f),
  ...options,
});
export const two = (
  op: Op,
  build: (a: Sym, b: Sym) => Sym,
  f: (a: number, b: number) => number,
  options: Partial<OpCase> = {},
): OpCase => ({
  name: op,
  covers: [op],
  inputs: [
    [2, 3],
    [2, 3],
  ],
  build: (a, b) => build(a!, b!),
  reference: (a, b) => ref.map2(a!, b!, f),
  ...options,
});
export const asFloat = (x: Sym): Sym => nn.cast(x, 'float32');
export const ints = (values: number[], shape: number[]): Sym => nn.constant(Int32Array.from(values), shape);
