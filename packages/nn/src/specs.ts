import type { DType } from './op-types.ts';
import type { Spec, Sym } from './sym.ts';

/** An input whose first dimension may be a name: free in an exported model. */
export interface FreeSpec {
  readonly shape: readonly (number | string)[];
  readonly dtype: DType;
}

/** The symbolic tensors of declared inputs. */
export type InputSyms<I> = { readonly [K in keyof I]: Sym };

export function float32(shape: readonly number[]): Spec;
export function float32(shape: readonly (number | string)[]): FreeSpec;
export function float32(shape: readonly (number | string)[]): FreeSpec {
  return { shape, dtype: 'float32' };
}

/** Whole numbers: labels and indices. */
export function int32(shape: readonly number[]): Spec;
export function int32(shape: readonly (number | string)[]): FreeSpec;
export function int32(shape: readonly (number | string)[]): FreeSpec {
  return { shape, dtype: 'int32' };
}
