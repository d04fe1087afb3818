import { sizeOf } from '../../sym.ts';
import type { Site } from '../site.ts';

/** How a window moves over the spatial axes, one entry for each. */
export interface SpatialWindow {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  /** Padding after the last element, with what `ceil_mode` adds. */
  readonly after: readonly number[];
  /** The part of `after` that was asked for; windows further out do not count as padded. */
  readonly declaredAfter: readonly number[];
  readonly output: readonly number[];
}

/** Reads strides, dilations, pads, auto_pad and ceil_mode of a pooling or convolution node. */
export function windowOf(site: Site, spatial: readonly number[], size: readonly number[]): SpatialWindow {
  const one = spatial.map(() => 1);
  const stride = site.ints('strides') ?? one;
  const dilation = site.ints('dilations') ?? one;
  const ceil = site.int('ceil_mode') === 1;
  const reach = size.map((k, i) => (k - 1) * dilation[i]! + 1);
  const mode = site.text('auto_pad') ?? 'NOTSET';
  const pads = site.ints('pads') ?? [...one, ...one].map(() => 0);
  if (pads.length !== 2 * spatial.length || size.length !== spatial.length || stride.length !== spatial.length || stride.some((s) => s < 1))
    throw site.bad(
      'its window does not fit the input',
      `${spatial.length} spatial axes`,
      `kernel [${size.join(', ')}], strides [${stride.join(', ')}], pads [${pads.join(', ')}]`,
    );
  const before: number[] = [];
  const after: number[] = [];
  const declaredAfter: number[] = [];
  const output: number[] = [];
  spatial.forEach((n, i) => {
    const step = stride[i]!;
    if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
      const out = Math.ceil(n / step);
      const total = Math.max((out - 1) * step + reach[i]! - n, 0);
      const small = Math.floor(total / 2);
      before.push(mode === 'SAME_UPPER' ? small : total - small);
      after.push(total - before[i]!);
      declaredAfter.push(after[i]!);
      output.push(out);
      return;
    }
    const [b, a] = mode === 'VALID' ? [0, 0] : [pads[i]!, pads[spatial.length + i]!];
    if (b < 0 || a < 0) throw site.unsupported('its padding is negative', 'padding >= 0', `[${pads.join(', ')}]`);
    let out = (ceil ? Math.ceil : Math.floor)((n + b + a - reach[i]!) / step) + 1;
    // a window that would begin in the padding after the input is left out
    if (ceil && (out - 1) * step >= n + b) out--;
    before.push(b);
    declaredAfter.push(a);
    after.push(Math.max(a, (out - 1) * step + reach[i]! - n - b));
    output.push(out);
  });
  return { size, stride, dilation, before, after, declaredAfter, output };
}

/** Elements of the input (or of its declared padding too) that each window holds, over the output. */
export function windowCounts(w: SpatialWindow, spatial: readonly number[], includePadding: boolean): Float32Array {
  const perAxis = spatial.map((n, i) =>
    Array.from({ length: w.output[i]! }, (_, o) => {
      let count = 0;
      for (let k = 0; k < w.size[i]!; k++) {
        const at = o * w.stride[i]! + k * w.dilation[i]! - w.before[i]!;
        if (includePadding ? at < n + w.declaredAfter[i]! : at >= 0 && at < n) count++;
      }
      return count;
    }),
  );
  const data = new Float32Array(sizeOf(w.output));
  for (let index = 0; index < data.length; index++) {
    let rest = index;
    let product = 1;
    for (let d = w.output.length - 1; d >= 0; d--) {
      product *= perAxis[d]![rest % w.output[d]!]!;
      rest = Math.floor(rest / w.output[d]!);
    }
    data[index] = product;
  }
  return data;
}
