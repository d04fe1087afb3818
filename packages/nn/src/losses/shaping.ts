import { abs, add, square, sub } from '../ops/elementwise.ts';
import { mean } from '../ops/reduce.ts';
import { slice } from '../ops/shape.ts';
import { describe, shapeError, type Sym, type Value } from '../sym.ts';

/** Flooding, Ishida et al. 2020: |loss - level| + level, so that the loss is not pushed below the level. */
export function flooding(loss: Sym, level: Value): Sym {
  return add(abs(sub(loss, level)), level);
}

/** Mean absolute (or squared) difference of neighbouring pixels of images [N, C, H, W], down plus across. */
export function totalVariation(x: Sym, options: { readonly squared?: boolean } = {}): Sym {
  const [, , height, width] = x.shape;
  if (x.shape.length !== 4 || height! < 2 || width! < 2)
    throw shapeError('totalVariation', 'images [N, C, H, W] of at least 2 x 2', describe(x), 'Add the missing axes.');
  const size = options.squared === true ? square : abs;
  const along = (axis: number, n: number): Sym =>
    mean(size(sub(slice(x, { axis, start: 1, end: n }), slice(x, { axis, start: 0, end: n - 1 }))));
  return add(along(2, height!), along(3, width!));
}
