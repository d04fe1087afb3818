import { pair, sides, type Conv2dOptions } from '../ops/convolution.ts';
import { add } from '../ops/elementwise.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { reshape, slice, transpose } from '../ops/shape.ts';
import { constant } from '../ops/source.ts';
import { describe, sameShape, shapeError, showShape, type Sym } from '../sym.ts';
import { bilinearAt } from './bilinear.ts';

export interface DeformableOptions extends Conv2dOptions {
  /** Strength of each kernel place, [N, offset groups kh kw, h, w]; usually a sigmoid. Without it all are 1 (DCNv1). */
  readonly mask?: Sym;
}

/**
 * Modulated deformable convolution (DCNv2, Zhu et al., CVPR 2019): a convolution whose every kernel place looks at the
 * picture where an offset points, between pixels, zeros outside. x [N, C, H, W], offsets [N, 2 offset groups kh kw, h, w]
 * as (down, across) pairs, kernel places in reading order within a group, w [out, C / groups, kh, kw], b [out]
 * -> [N, out, h, w]: torchvision's `deform_conv2d`. Differentiable towards all of them.
 * @throws VerilensError BAD_SHAPE
 */
export function deformableConv2d(x: Sym, offsets: Sym, w: Sym, b?: Sym, options: DeformableOptions = {}): Sym {
  const { mask, groups = 1 } = options;
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [out, perGroup, kh, kw] = w.shape as [number, number, number, number];
  const stride = pair(options.stride ?? 1);
  const dilation = pair(options.dilation ?? 1);
  const padding = sides(options.padding);
  const span = (full: number, k: number, axis: 0 | 1): number =>
    Math.floor((full + padding[axis] + padding[axis + 2]! - dilation[axis] * (k - 1) - 1) / stride[axis]) + 1;
  const [h, v] = [span(height, kh, 0), span(width, kw, 1)];
  const taps = kh * kw;
  const offsetGroups = (offsets.shape[1] ?? 0) / (2 * taps);
  const fits =
    x.shape.length === 4 &&
    w.shape.length === 4 &&
    perGroup * groups === c &&
    out % groups === 0 &&
    Number.isInteger(offsetGroups) &&
    c % offsetGroups === 0 &&
    sameShape(offsets.shape, [n, 2 * offsetGroups * taps, h, v]) &&
    (mask === undefined || sameShape(mask.shape, [n, offsetGroups * taps, h, v])) &&
    (b === undefined || sameShape(b.shape, [out]));
  if (!fits) {
    const given = [x, offsets, w, ...(b === undefined ? [] : [b]), ...(mask === undefined ? [] : [mask])];
    throw shapeError(
      'deformableConv2d',
      `x [N, C, H, W], offsets [N, 2 groups ${taps}, ${h}, ${v}], weights [out, C / ${groups}, kh, kw], bias [out], mask [N, groups ${taps}, ${h}, ${v}]`,
      given.map(describe).join(', '),
      `One (down, across) pair for each kernel place and result pixel ${showShape([h, v])}; the offset groups must divide the channels.`,
    );
  }
  const pictures = n * offsetGroups;
  const places = taps * h * v;
  const shares = c / offsetGroups;
  const shift = reshape(offsets, [pictures, taps, 2, h, v]);
  const regular = (of: (i: number, j: number, p: number, q: number) => number): Sym => {
    const data = new Float32Array(places);
    let next = 0;
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++) for (let p = 0; p < h; p++) for (let q = 0; q < v; q++) data[next++] = of(i, j, p, q);
    return constant(data, [1, places]);
  };
  const moved = (axis: 0 | 1, places_: Sym): Sym =>
    add(reshape(slice(shift, { axis: 2, start: axis, end: axis + 1 }), [pictures, places]), places_);
  const down = moved(
    0,
    regular((i, _, p) => p * stride[0] - padding[0] + i * dilation[0]),
  );
  const across = moved(
    1,
    regular((_, j, __, q) => q * stride[1] - padding[1] + j * dilation[1]),
  );
  const rows = transpose(reshape(x, [pictures, shares, height * width]), [0, 2, 1]);
  const gain = mask === undefined ? undefined : reshape(mask, [pictures, places]);
  const seen = bilinearAt(rows, down, across, [height, width], gain);
  // [N G, taps, h v, C / G] -> [N, groups, C / groups taps, h v]: columns, as unfold makes them
  const columns = reshape(transpose(reshape(seen, [pictures, taps, h * v, shares]), [0, 3, 1, 2]), [n, groups, perGroup * taps, h * v]);
  const kernels = reshape(w, [groups, out / groups, perGroup * taps]);
  const y = reshape(matmul(kernels, columns), [n, out, h, v]);
  return b === undefined ? y : add(y, reshape(b, [out, 1, 1]));
}
