import type { AttrsOf, DType, InputsOf, Op } from '../op-types.ts';
import { broadcastShapes, describe, make, sameShape, shapeError, type Rule, type Sym, type Value } from '../sym.ts';
import { beforeSwap, reshape, swapDepth } from './shape.ts';
import { lift } from './source.ts';

/** The joint shape of two tensors of one of these types. */
export function binaryShape(op: Op, a: Sym, b: Sym, dtypes: readonly DType[]): readonly number[] {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined || a.dtype !== b.dtype || !dtypes.includes(a.dtype)) {
    throw shapeError(
      op,
      `two ${dtypes.join(' or ')} tensors whose shapes broadcast`,
      `${describe(a)} and ${describe(b)}`,
      'Reshape or cast one of them; sizes must be equal or 1, counted from the last axis.',
    );
  }
  return shape;
}

/** A unary op, where possible on the other side of a swap of axes or a reshape. */
export function pointwise1<O extends Op>(op: O, rule: Rule<O>, x: Value): Sym {
  const value = lift(x);
  const inner = beforeSwap(value);
  if (inner !== undefined) return swapDepth(pointwise1(op, rule, inner));
  // on the other side of a reshape a lowering sees what made x, and reshapes in a row are one
  if (value.op === 'reshape') return reshape(pointwise1(op, rule, value.inputs[0]!), value.shape);
  return make(op, rule, [value] as unknown as InputsOf<O>, {} as AttrsOf<O>);
}

/** Both operands as they are before `swapDepth`, when one is swapped and the other is too or repeats along depth or channels. */
function bothBeforeSwap(a: Sym, b: Sym): readonly [Sym, Sym] | undefined {
  const before = (x: Sym): Sym | undefined => {
    const inner = beforeSwap(x);
    if (inner !== undefined || x.shape.length > 5) return inner;
    const [n, c, d, ...picture] = [...Array.from({ length: 5 - x.shape.length }, () => 1), ...x.shape] as [number, number, number];
    return c === 1 || d === 1 ? reshape(x, [n, d, c, ...picture]) : undefined;
  };
  if (beforeSwap(a) === undefined && beforeSwap(b) === undefined) return undefined;
  const [x, y] = [before(a), before(b)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** The rows [n, width] that tokens [..., width] were made from, as every linear map gives them. */
function rowsOf(x: Sym): Sym | undefined {
  const inner = x.op === 'reshape' ? x.inputs[0]! : undefined;
  return inner?.shape.length === 2 && x.shape.length > 2 && inner.shape[1] === x.shape.at(-1) ? inner : undefined;
}

/** Both operands as rows, when one was made from rows and the other has its shape or is a number. */
function bothAsRows(a: Sym, b: Sym): readonly [Sym, Sym] | undefined {
  const rows = rowsOf(a) ?? rowsOf(b);
  if (rows === undefined) return undefined;
  const full = rowsOf(a) === undefined ? b.shape : a.shape;
  const asRows = (x: Sym): Sym | undefined => (x.shape.length === 0 ? x : sameShape(x.shape, full) ? reshape(x, rows.shape) : undefined);
  const [x, y] = [asRows(a), asRows(b)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** An expanded tensor is given unexpanded to ops that broadcast anyway. */
function unexpanded(x: Sym, other: Sym): Sym {
  const inner = x.inputs[0];
  if (x.op !== 'expand' || inner === undefined) return x;
  const shape = broadcastShapes(inner.shape, other.shape);
  const full = broadcastShapes(x.shape, other.shape);
  return shape !== undefined && full !== undefined && sameShape(shape, full) ? inner : x;
}

/** A number takes the type of the other operand. */
export function liftBoth(a: Value, b: Value): [Sym, Sym] {
  const like = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
  return [lift(a, like), lift(b, like)];
}

/** A binary op that broadcasts, where possible on the other side of a swap of axes, or on the rows that tokens were made from. */
export function pointwise2<O extends Op>(op: O, rule: Rule<O>, a: Value, b: Value): Sym {
  const [x, y] = liftBoth(a, b);
  const inner = bothBeforeSwap(x, y);
  if (inner !== undefined) return swapDepth(pointwise2(op, rule, ...inner));
  const rows = bothAsRows(x, y);
  if (rows !== undefined) return reshape(pointwise2(op, rule, ...rows), broadcastShapes(x.shape, y.shape)!);
  const x2 = unexpanded(x, y);
  return make(op, rule, [x2, unexpanded(y, x2)] as unknown as InputsOf<O>, {} as AttrsOf<O>);
}
