import { reshape, transpose } from '../../ops/shape.ts';
import { sizeOf, type Sym } from '../../sym.ts';

/** Applies `f`, which works on the last axis, to another axis. */
export function alongLast(x: Sym, axis: number, f: (x: Sym) => Sym): Sym {
  const rank = x.shape.length;
  const swap = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  // a product needs rows: one is added where there are none
  const moved = transpose(x, swap);
  const rows = reshape(moved, [sizeOf(moved.shape.slice(0, -1)), moved.shape.at(-1)!]);
  const y = f(rows);
  return transpose(reshape(y, [...moved.shape.slice(0, -1), y.shape.at(-1)!]), swap);
}
