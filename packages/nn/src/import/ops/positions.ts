import { cumulativeSum } from '../../ops/along-axis.ts';
import { add, mul, sub } from '../../ops/elementwise.ts';
import { cast } from '../../ops/logic.ts';
import { oneHot } from '../../ops/indexing.ts';
import { transpose } from '../../ops/shape.ts';
import type { Importer } from '../site.ts';
import { known } from '../values.ts';

/** Keeps the upper or lower triangle of the last two axes: a product with a 0/1 matrix. */
const triangle: Importer = (site) => {
  const x = site.sym(0);
  const k = site.scalar(1, 'diagonal') ?? 0;
  const upper = (site.int('upper') ?? 1) === 1;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const mask = known('float', [rows, columns], (i) => {
    const [r, c] = [Math.floor(i / columns), i % columns];
    return Number(upper ? c - r >= k : c - r <= k);
  });
  if (x.dtype !== 'float32') return cast(mul(cast(x, 'float32'), site.asSym(mask)), x.dtype);
  return mul(x, site.asSym(mask));
};

const runningSum: Importer = (site) => {
  const x = site.sym(0);
  const axis = site.axis(site.scalar(1, 'axis') ?? 0, x.shape.length);
  const total = cumulativeSum(x, axis, { reverse: site.int('reverse') === 1 });
  return site.int('exclusive') === 1 ? sub(total, x) : total;
};

const oneHotOf: Importer = (site) => {
  const labels = site.sym(0);
  const depth = site.scalar(1, 'depth')!;
  const [off, on] = site.numbers(2, 'values') as [number, number];
  const axis = site.int('axis') ?? -1;
  const rank = labels.shape.length + 1;
  const at = site.axis(axis, rank);
  const whole = labels.dtype === 'int32' ? labels : cast(labels, 'int32');
  // negative labels count from the end
  const shifted = cast(add(cast(whole, 'float32'), depth), 'int32');
  const ones = add(mul(add(oneHot(whole, depth), oneHot(shifted, depth)), on - off), off);
  const order = Array.from({ length: rank }, (_, i) => (i === at ? rank - 1 : i < at ? i : i - 1));
  return transpose(ones, order);
};

/** Ops whose result depends on where an element stands. */
export const positionImporters: Readonly<Record<string, Importer>> = {
  CumSum: runningSum,
  OneHot: oneHotOf,
  Trilu: triangle,
};
