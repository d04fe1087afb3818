import { conv2d } from '../../ops/convolution.ts';
import { add } from '../../ops/elementwise.ts';
import { conv1d, convTranspose1d } from '../../ops/one-dimensional.ts';
import { pad, reshape, sliceAll } from '../../ops/shape.ts';
import { convTranspose2d } from '../../ops/transposed-convolution.ts';
import { convTranspose3d, type ConvTranspose3dOptions } from '../../ops/transposed-volumes.ts';
import { conv3d } from '../../ops/volumes.ts';
import type { Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { windowOf } from './windows.ts';

function checkRank(site: Site, x: Sym): void {
  if (x.shape.length < 3 || x.shape.length > 5)
    throw site.unsupported('it has more spatial axes than three', '[N, C, ...] with 1 to 3 spatial axes', `rank ${x.shape.length}`);
}

const convolution: Importer = (site) => {
  const [x, w, b] = [site.sym(0), site.sym(1), site.optional(2)];
  checkRank(site, x);
  const { stride, dilation, before, after } = windowOf(site, x.shape.slice(2), site.ints('kernel_shape') ?? w.shape.slice(2));
  const groups = site.int('group') ?? 1;
  if (x.shape.length === 3)
    return conv1d(x, w, b, { stride: stride[0]!, dilation: dilation[0]!, padding: [before[0]!, after[0]!], groups });
  if (x.shape.length === 4)
    return conv2d(x, w, b, {
      stride: [stride[0]!, stride[1]!],
      dilation: [dilation[0]!, dilation[1]!],
      padding: [before[0]!, before[1]!, after[0]!, after[1]!],
      groups,
    });
  // the same padding on both sides goes with the convolution, the rest is added before
  const both = before.map((n, i) => Math.min(n, after[i]!));
  const wider = pad(x, [0, 0, ...before.map((n, i) => n - both[i]!)], [0, 0, ...after.map((n, i) => n - both[i]!)]);
  return conv3d(wider, w, b, { stride: tripleOf(stride), dilation: tripleOf(dilation), padding: tripleOf(both), groups });
};

const tripleOf = (values: readonly number[]): [number, number, number] => [values[0]!, values[1]!, values[2]!];

const transposed: Importer = (site) => {
  const [x, w, b] = [site.sym(0), site.sym(1), site.optional(2)];
  const spatial = x.shape.slice(2);
  checkRank(site, x);
  const one = spatial.map(() => 1);
  const size = site.ints('kernel_shape') ?? w.shape.slice(2);
  const stride = site.ints('strides') ?? one;
  const dilation = site.ints('dilations') ?? one;
  const extra = site.ints('output_padding') ?? one.map(() => 0);
  const full = spatial.map((n, i) => stride[i]! * (n - 1) + extra[i]! + (size[i]! - 1) * dilation[i]! + 1);
  const { before, after, output } = transposedSides(site, spatial, stride, full);
  // elements at the end that no window reaches are zeros
  const reach = full.map((n, i) => n - extra[i]! - before[i]! - after[i]!);
  const within = output.map((n, i) => Math.min(n - reach[i]!, stride[i]! - 1));
  const groups = site.int('group') ?? 1;
  const y =
    spatial.length === 3
      ? transposedVolume(
          x,
          w,
          { stride: tripleOf(stride), dilation: tripleOf(dilation), outputPadding: tripleOf(within), groups },
          before,
          after,
        )
      : spatial.length === 1
        ? convTranspose1d(x, w, undefined, {
            stride: stride[0]!,
            dilation: dilation[0]!,
            padding: [before[0]!, after[0]!],
            outputPadding: within[0]!,
            groups,
          })
        : convTranspose2d(x, w, undefined, {
            stride: [stride[0]!, stride[1]!],
            dilation: [dilation[0]!, dilation[1]!],
            padding: [before[0]!, before[1]!, after[0]!, after[1]!],
            outputPadding: [within[0]!, within[1]!],
            groups,
          });
  const grown = pad(
    y,
    y.shape.map(() => 0),
    [0, 0, ...output.map((n, i) => n - reach[i]! - within[i]!)],
  );
  return b === undefined ? grown : add(grown, reshape(b, [b.shape[0]!, ...one]));
};

/** The padding that both sides share goes with the convolution, the rest is cut off after it. */
function transposedVolume(x: Sym, w: Sym, options: ConvTranspose3dOptions, before: readonly number[], after: readonly number[]): Sym {
  const both = before.map((n, i) => Math.min(n, after[i]!));
  const y = convTranspose3d(x, w, undefined, { ...options, padding: tripleOf(both) });
  return sliceAll(
    y,
    [0, 0, ...before.map((n, i) => n - both[i]!)],
    y.shape.map((n, i) => (i < 2 ? n : n - (after[i - 2]! - both[i - 2]!))),
  );
}

/** What is cut off on each side: given by pads, or following from the output's size. */
function transposedSides(
  site: Site,
  spatial: readonly number[],
  stride: readonly number[],
  full: readonly number[],
): { before: number[]; after: number[]; output: number[] } {
  const wanted = site.ints('output_shape')?.slice(-spatial.length);
  const mode = site.text('auto_pad') ?? 'NOTSET';
  if (wanted === undefined && mode === 'NOTSET') {
    const pads = site.ints('pads') ?? [...spatial, ...spatial].map(() => 0);
    const [before, after] = [pads.slice(0, spatial.length), pads.slice(spatial.length)];
    return { before, after, output: full.map((n, i) => n - before[i]! - after[i]!) };
  }
  const output = spatial.map((n, i) => wanted?.[i] ?? (mode === 'VALID' ? full[i]! : n * stride[i]!));
  const total = full.map((n, i) => Math.max(n - output[i]!, 0));
  const before = total.map((n) => (mode === 'SAME_UPPER' ? Math.floor(n / 2) : n - Math.floor(n / 2)));
  return { before, after: total.map((n, i) => n - before[i]!), output };
}

export const convolutionImporters: Readonly<Record<string, Importer>> = { Conv: convolution, ConvTranspose: transposed };
