import { matmul } from './linear-algebra.ts';
import type { Sym } from '../sym.ts';

/** Singular vectors of matrices [..., rows, columns], as columns [..., rows, 1] and [..., columns, 1]. */
export interface SingularVectors {
  readonly left: Sym;
  readonly right: Sym;
}

/** Steps of power iteration on matrices [..., rows, columns]: each turns the left vectors into right ones and these into left ones, made `unit`. */
export function powerSteps(matrices: Sym, start: SingularVectors, count: number, unit: (x: Sym) => Sym): SingularVectors {
  return Array.from({ length: count }).reduce<SingularVectors>(({ left }) => {
    const right = unit(matmul(matrices, left, { transA: true }));
    return { right, left: unit(matmul(matrices, right)) };
  }, start);
}
