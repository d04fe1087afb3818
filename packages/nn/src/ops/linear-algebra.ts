import { broadcastShapes, describe, make, shapeError, sizeOf, type Rule, type Sym } from '../sym.ts';
import { sum, sumTo } from './reduce.ts';
import { reshape } from './shape.ts';

type LinearAlgebraOp = 'matmul' | 'gemm';

function productShape(op: string, a: Sym, b: Sym, transA: boolean, transB: boolean): readonly number[] {
  const [rows, inner] = transA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
  const [inner2, columns] = transB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (
    rows === undefined ||
    columns === undefined ||
    inner === undefined ||
    inner !== inner2 ||
    batch === undefined ||
    a.dtype !== 'float32' ||
    b.dtype !== 'float32'
  ) {
    const t = (flag: boolean): string => (flag ? ' transposed' : '');
    throw shapeError(
      op,
      'float32 [..., m, k] times [..., k, n]',
      `${describe(a)}${t(transA)} times ${describe(b)}${t(transB)}`,
      'The inner sizes must be equal and the leading axes must broadcast.',
    );
  }
  return [...batch, rows, columns];
}

export const linearAlgebraRules: { [O in LinearAlgebraOp]: Rule<O> } = {
  matmul: {
    shape: ([a, b], { transA, transB }) => ({ shape: productShape('matmul', a, b, transA, transB), dtype: 'float32' }),
    // Y = alpha A B: dA = alpha dY B^T, dB = alpha A^T dY, each transposed again where the operand was
    gradient: ({ dy, inputs: [a, b], attrs: { transA, transB, alpha } }) => [
      sumTo(transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha }), a.shape),
      sumTo(transB ? matmul(dy, a, { transA: true, transB: transA, alpha }) : matmul(a, dy, { transA: !transA, alpha }), b.shape),
    ],
  },
  gemm: {
    shape: ([a, b, c], { transA, transB }) => {
      const shape = productShape('gemm', a, b, transA, transB);
      if (shape.length !== 2 || c.shape.length !== 1 || c.shape[0] !== shape[1])
        throw shapeError('gemm', `a bias of ${shape[1]} elements`, describe(c), 'The bias has one element per output column.');
      return { shape, dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [a, b], attrs: { transA, transB } }) => [
      transA ? matmul(b, dy, { transA: transB, transB: true }) : matmul(dy, b, { transB: !transB }),
      transB ? matmul(dy, a, { transA: true, transB: transA }) : matmul(a, dy, { transA: !transA }),
      sum(dy, 0),
    ],
  },
};

/** alpha * a b over the last two axes, either operand transposed first if asked; leading axes broadcast. */
export function matmul(
  a: Sym,
  b: Sym,
  options: { readonly transA?: boolean; readonly transB?: boolean; readonly alpha?: number } = {},
): Sym {
  const { transA = false, transB = false, alpha = 1 } = options;
  return make('matmul', linearAlgebraRules.matmul, [a, b], { transA, transB, alpha });
}

/** x w + b over the last axis: x [..., in], w [in, out], b [out] -> [..., out]. */
export function dense(x: Sym, w: Sym, b?: Sym): Sym {
  const [inner, columns] = w.shape;
  if (w.shape.length !== 2 || inner === undefined || columns === undefined || x.shape.at(-1) !== inner) {
    throw shapeError(
      'dense',
      `x [..., ${inner ?? 'in'}] with w [in, out]`,
      `x ${describe(x)} with w ${describe(w)}`,
      `The last axis of x must be ${inner ?? 'the first of w'}: check the layer's input size.`,
    );
  }
  const rows = reshape(x, [sizeOf(x.shape) / inner, inner]);
  const y = b === undefined ? matmul(rows, w) : make('gemm', linearAlgebraRules.gemm, [rows, w, b], { transA: false, transB: false });
  return reshape(y, [...x.shape.slice(0, -1), columns]);
}
