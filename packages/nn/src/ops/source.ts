import { VerilensError } from '@verilens/core';
import type { Data, DType, Ops } from '../op-types.ts';
import { make, NOT_DIFFERENTIABLE, showShape, sizeOf, type Rule, type Spec, type Sym, type Value } from '../sym.ts';

type Source = 'input' | 'constant';

/** Sources carry their shape in from outside, so their rules are made per node. */
function sourceRule<O extends Source>(spec: Spec): Rule<O> {
  return { shape: () => spec, gradient: () => [] } as Rule<O>;
}

export const sourceRules: { [O in Source]: Rule<O> } = {
  input: { shape: () => ({ shape: [], dtype: 'float32' }), gradient: NOT_DIFFERENTIABLE },
  constant: { shape: () => ({ shape: [], dtype: 'float32' }), gradient: NOT_DIFFERENTIABLE },
};

/** A graph input. */
export function input(name: string, spec: Spec, role: Ops['input']['attrs']['role'] = 'input'): Sym {
  return make('input', sourceRule<'input'>(spec), [], { name, role });
}

/** A tensor of fixed values, stored in the graph. */
export function constant(data: Data, shape: readonly number[]): Sym {
  if (data.length !== sizeOf(shape)) {
    throw new VerilensError('BAD_SHAPE', 'constant data do not fill the shape', {
      place: 'nn constant',
      expected: `${sizeOf(shape)} values for ${showShape(shape)}`,
      got: `${data.length} values`,
      remedy: 'Give one value per element.',
    });
  }
  const dtype: DType = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
  return make('constant', sourceRule<'constant'>({ shape, dtype }), [], { data });
}

export function zeros(shape: readonly number[]): Sym {
  return fill(shape, 0);
}

export function ones(shape: readonly number[]): Sym {
  return fill(shape, 1);
}

function fill(shape: readonly number[], value: number): Sym {
  return constant(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/** A number becomes a scalar of the wanted type; a tensor stays. */
export function lift(value: Value, dtype: DType = 'float32'): Sym {
  if (typeof value !== 'number') return value;
  return constant(dtype === 'float32' ? Float32Array.of(value) : dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value), []);
}

/** The value of a constant scalar (any shape of one element), if it is one. */
export function scalarValue(sym: Sym): number | undefined {
  if (sym.op !== 'constant' || sizeOf(sym.shape) !== 1) return undefined;
  return (sym.attrs as Ops['constant']['attrs']).data[0];
}
