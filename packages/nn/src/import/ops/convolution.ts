import { conv2d, convolutionRules } from '../../ops/convolution.ts';
import { add, addAll } from '../../ops/elementwise.ts';
import { pad, reshape, sliceAll, transpose } from '../../ops/shape.ts';
import { make, sizeOf, type Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { windowOf, type SpatialWindow } from './windows.ts';

function checkRank(site: Site, x: Sym): void {
  if (x.shape.length < 3 || x.shape.length > 5)
    throw site.unsupported('it has more spatial axes than three', '[N, C, ...] with 1 to 3 spatial axes', `rank ${x.shape.length}`);
}

const convolution: Importer = (site) => {
  const [x, w] = [site.sym(0), site.sym(1)];
  checkRank(site, x);
  const window = windowOf(site, x.shape.slice(2), site.ints('kernel_shape') ?? w.shape.slice(2));
  const groups = site.int('group') ?? 1;
  if (x.shape.length === 5) return volume(x, w, site.optional(2), window, groups);
  return planar(x, w, site.optional(2), window, groups);
};

/** One or two spatial axes; one is a picture of height 1. */
function planar(x: Sym, w: Sym, b: Sym | undefined, at: SpatialWindow, groups: number): Sym {
  const flat = x.shape.length === 3;
  const asPicture = (t: Sym): Sym => (flat ? reshape(t, [t.shape[0]!, t.shape[1]!, 1, t.shape[2]!]) : t);
  const two = (values: readonly number[], none: number): [number, number] => (flat ? [none, values[0]!] : [values[0]!, values[1]!]);
  const y = conv2d(asPicture(x), asPicture(w), b, {
    stride: two(at.stride, 1),
    dilation: two(at.dilation, 1),
    padding: [...two(at.before, 0), ...two(at.after, 0)],
    groups,
  });
  return reshape(y, [x.shape[0]!, w.shape[0]!, ...at.output]);
}

/** Three spatial axes: for each depth of the kernel the planes it meets, convolved in two dimensions, then added up. */
function volume(x: Sym, w: Sym, b: Sym | undefined, at: SpatialWindow, groups: number): Sym {
  const [n, c] = x.shape as [number, number];
  const [o, cg, kd, kh, kw] = w.shape as [number, number, number, number, number];
  const [out, height, width] = at.output as [number, number, number];
  const padded = pad(x, [0, 0, at.before[0]!, 0, 0], [0, 0, at.after[0]!, 0, 0]);
  const [, , , h, v] = padded.shape as [number, number, number, number, number];
  const rest: SpatialWindow = {
    size: [kh, kw],
    stride: at.stride.slice(1),
    dilation: at.dilation.slice(1),
    before: at.before.slice(1),
    after: at.after.slice(1),
    declaredAfter: at.declaredAfter.slice(1),
    output: [height, width],
  };
  const taps = Array.from({ length: kd }, (_, k) => {
    const start = k * at.dilation[0]!;
    const planes = sliceAll(padded, [0, 0, start, 0, 0], [n, c, start + (out - 1) * at.stride[0]! + 1, h, v], [1, 1, at.stride[0]!, 1, 1]);
    const kernel = reshape(sliceAll(w, [0, 0, k, 0, 0], [o, cg, k + 1, kh, kw]), [o, cg, kh, kw]);
    // depth joins the batch: [N, C, D, H, W] -> [N D, C, H, W]
    const pictures = reshape(swapDepth(planes), [n * out, c, h, v]);
    return planar(pictures, kernel, undefined, rest, groups);
  });
  const y = swapDepth(reshape(addAll(taps), [n, out, o, height, width]));
  return b === undefined ? y : add(y, reshape(b, [o, 1, 1, 1]));
}

function swapDepth(x: Sym): Sym {
  return transpose(x, [0, 2, 1, 3, 4]);
}

/** The transpose of a convolution: the gradient of one towards its input. */
const transposed: Importer = (site) => {
  const [x, w, b] = [site.sym(0), site.sym(1), site.optional(2)];
  const spatial = x.shape.slice(2);
  if (spatial.length < 1 || spatial.length > 2)
    throw site.unsupported(
      'transposed convolution is imported for one and two spatial axes',
      '[N, C, W] or [N, C, H, W]',
      `rank ${x.shape.length}`,
    );
  const flat = spatial.length === 1;
  const groups = site.int('group') ?? 1;
  const one = spatial.map(() => 1);
  const size = site.ints('kernel_shape') ?? w.shape.slice(2);
  const stride = site.ints('strides') ?? one;
  const dilation = site.ints('dilations') ?? one;
  const extra = site.ints('output_padding') ?? one.map(() => 0);
  const reach = size.map((k, i) => (k - 1) * dilation[i]! + 1);
  const wanted = site.ints('output_shape')?.slice(-spatial.length);
  const mode = site.text('auto_pad') ?? 'NOTSET';
  const pads = mode === 'NOTSET' && wanted === undefined ? (site.ints('pads') ?? [...one, ...one].map(() => 0)) : undefined;
  const before: number[] = [];
  const after: number[] = [];
  const output = spatial.map((n, i) => {
    const full = stride[i]! * (n - 1) + extra[i]! + reach[i]!;
    if (pads !== undefined) {
      before.push(pads[i]!);
      after.push(pads[spatial.length + i]!);
      return full - pads[i]! - pads[spatial.length + i]!;
    }
    const out = wanted?.[i] ?? (mode === 'VALID' ? full : n * stride[i]!);
    const total = Math.max(full - out, 0);
    const small = Math.floor(total / 2);
    before.push(mode === 'SAME_UPPER' ? small : total - small);
    after.push(total - before[i]!);
    return out;
  });
  const asPicture = (t: Sym): Sym => (flat ? reshape(t, [t.shape[0]!, t.shape[1]!, 1, t.shape[2]!]) : t);
  const two = (values: readonly number[], none: number): readonly [number, number] =>
    flat ? [none, values[0]!] : [values[0]!, values[1]!];
  // what output_padding adds past the reach of the last window is zeros, appended after
  const covered = spatial.map((n, i) => Math.max(Math.min(output[i]!, stride[i]! * n + reach[i]! - 1 - before[i]! - after[i]!), 1));
  const [height, width] = two(covered, 1);
  const picture = make('conv2dInputGradient', convolutionRules.conv2dInputGradient, [asPicture(x), asPicture(w)], {
    size: two(size, 1),
    stride: two(stride, 1),
    dilation: two(dilation, 1),
    padding: [...two(before, 0), ...two(after, 0)] as [number, number, number, number],
    groups,
    height,
    width,
  });
  const channels = w.shape[1]! * groups;
  const y = reshape(picture, [x.shape[0]!, channels, ...covered]);
  const grown = pad(y, [0, 0, ...one.map(() => 0)], [0, 0, ...output.map((n, i) => n - covered[i]!)]);
  if (sizeOf(output) < 1) throw site.bad('its output is empty', 'at least one element', `[${output.join(', ')}]`);
  return b === undefined ? grown : add(grown, reshape(b, [channels, ...one]));
};

export const convolutionImporters: Readonly<Record<string, Importer>> = { Conv: convolution, ConvTranspose: transposed };
