import { VerilensError } from '@verilens/core';
import type { AttrsOf, DType, InputsOf, Op } from './op-types.ts';
import { currentScope } from './scope.ts';

/** A tensor of known shape and type that a graph will compute: a value of the model being written. */
export interface Sym {
  /** Grows with creation, so it is a topological order. */
  readonly id: number;
  readonly op: Op;
  readonly attrs: object;
  readonly inputs: readonly Sym[];
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Layer path at creation. */
  readonly scope: string;
  /** Gradients towards the inputs, given the gradient of this tensor. Undefined: not differentiable. */
  readonly backward: ((dy: Sym) => readonly (Sym | null)[]) | undefined;
}

/** A float tensor, or a number that broadcasts. */
export type Value = Sym | number;

export interface Spec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Said by a rule whose op has no gradient (integer or boolean result, or piecewise constant). */
export const NOT_DIFFERENTIABLE = 'not differentiable';

/** Shape and gradient of one op. `null` in a gradient: that input gets none. */
export interface Rule<O extends Op> {
  /** @throws VerilensError BAD_SHAPE */
  readonly shape: (inputs: InputsOf<O>, attrs: AttrsOf<O>) => Spec;
  readonly gradient:
    | ((g: { readonly dy: Sym; readonly y: Sym; readonly inputs: InputsOf<O>; readonly attrs: AttrsOf<O> }) => readonly (Sym | null)[])
    | typeof NOT_DIFFERENTIABLE;
}

let nextId = 0;

/** Makes a node after its rule has checked the shapes. */
export function make<O extends Op>(op: O, rule: Rule<O>, inputs: InputsOf<O>, attrs: AttrsOf<O>): Sym {
  const { shape, dtype } = rule.shape(inputs, attrs);
  const { gradient } = rule;
  const sym: Sym = {
    id: nextId++,
    op,
    attrs,
    inputs,
    shape,
    dtype,
    scope: currentScope(),
    backward: gradient === NOT_DIFFERENTIABLE ? undefined : (dy) => gradient({ dy, y: sym, inputs, attrs }),
  };
  return sym;
}

export function showShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

export function describe(sym: Spec): string {
  return `${sym.dtype}${showShape(sym.shape)}`;
}

/** The BAD_SHAPE error of op `op`, placed at the current layer path. */
export function shapeError(op: string, expected: string, got: string, remedy: string): VerilensError {
  const scope = currentScope();
  return new VerilensError('BAD_SHAPE', `${op} cannot take these tensors`, {
    place: scope === '' ? `nn ${op}` : `nn ${scope}: ${op}`,
    expected,
    got,
    remedy,
  });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Shape of a and b together under broadcasting, or undefined if they do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** A non-negative axis below `rank`. */
export function normalAxis(op: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw shapeError(op, `an axis in ${-rank}..${rank - 1}`, `axis ${axis}`, `The tensor has rank ${rank}.`);
  }
  return at;
}
