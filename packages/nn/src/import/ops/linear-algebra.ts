import { add, mul } from '../../ops/elementwise.ts';
import { linearAlgebraRules, matmul } from '../../ops/linear-algebra.ts';
import { reshape } from '../../ops/shape.ts';
import { make, type Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';

/** Vectors count as one row (left) or one column (right), and that axis is dropped again. */
function product(a: Sym, b: Sym, options: { transA?: boolean; transB?: boolean; alpha?: number } = {}): Sym {
  const [row, column] = [a.shape.length === 1, b.shape.length === 1];
  const y = matmul(row ? reshape(a, [1, a.shape[0]!]) : a, column ? reshape(b, [b.shape[0]!, 1]) : b, options);
  const kept = [...y.shape.slice(0, -2), ...(row ? [] : [y.shape.at(-2)!]), ...(column ? [] : [y.shape.at(-1)!])];
  return reshape(y, kept);
}

function gemm(site: Site): Sym {
  const [a, b] = [site.sym(0), site.sym(1)];
  const transA = site.int('transA') === 1;
  const transB = site.int('transB') === 1;
  const alpha = site.float('alpha') ?? 1;
  const beta = site.float('beta') ?? 1;
  const c = beta === 0 ? undefined : site.optional(2);
  const columns = b.shape[transB ? 0 : 1];
  if (c !== undefined && alpha === 1 && beta === 1 && c.shape.length === 1 && c.shape[0] === columns) {
    return make('gemm', linearAlgebraRules.gemm, [a, b, c], { transA, transB });
  }
  const y = matmul(a, b, { transA, transB, alpha });
  return c === undefined ? y : add(y, mul(c, beta));
}

export const linearAlgebraImporters: Readonly<Record<string, Importer>> = {
  Gemm: gemm,
  MatMul: (site) => product(site.sym(0), site.sym(1)),
  'com.microsoft:FusedMatMul': (site) =>
    product(site.sym(0), site.sym(1), {
      transA: site.int('transA') === 1,
      transB: site.int('transB') === 1,
      alpha: site.float('alpha') ?? 1,
    }),
};
