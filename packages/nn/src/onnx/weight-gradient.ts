import type { Lowering, LoweringSite } from '../lowerings.ts';
import { blocked } from './blocked-convolution.ts';
import { convAttributes } from './conv-attributes.ts';
import type { Emitter } from './emitter.ts';
import { product } from './product.ts';

type Site = LoweringSite<'conv2dWeightGradient'>;

export const lowerWeightGradient: Lowering<'conv2dWeightGradient'> = (e, site) =>
  isCorrelation(e, site) ? correlation(e, site) : byPatches(e, site);

/** Patches by a convolution with one-hot kernels, then one product per picture, summed over the batch. */
const byPatches: Lowering<'conv2dWeightGradient'> = (e, { names: [x, dy], inputs: [xs, dys], attrs }) => {
  const [n, c, height, width] = xs.shape as [number, number, number, number];
  const [, o, h, v] = dys.shape as [number, number, number, number];
  const { groups, size, stride, padding, dilation } = attrs;
  const [kh, kw] = size;
  const taps = kh * kw;
  // grouped Conv with 9 outputs per group is silently wrong on WebGPU: a multiple of 4 is right
  const kept = e.target === 'webgpu' && taps > 1 ? Math.ceil(taps / 4) * 4 : taps;
  let columns: string;
  if (taps === 1 && padding.every((p) => p === 0)) {
    columns =
      stride[0] === 1 && stride[1] === 1
        ? x!
        : e.node('Slice', [x!, e.ints([0, 0]), e.ints([height, width]), e.ints([2, 3]), e.ints(stride)]);
  } else {
    const kernel = new Float32Array(c * kept * taps);
    for (let i = 0; i < c; i++) for (let t = 0; t < taps; t++) kernel[(i * kept + t) * taps + t] = 1;
    columns = e.node('Conv', [x!, e.tensor(kernel, [c * kept, 1, kh, kw])], convAttributes({ size, stride, padding, dilation, groups: c }));
  }
  const cg = c / groups;
  const og = o / groups;
  const lead = groups === 1 ? [n] : [n, groups];
  const each = product(
    e,
    [e.reshape(columns, [...lead, cg * kept, h * v]), e.reshape(dy!, [...lead, og, h * v])],
    [lead.length + 2, lead.length + 2],
    { transA: false, transB: true, alpha: 1 },
  );
  // [groups,] [cg * kept, og]
  let total = e.node('ReduceSum', [each, e.ints([0])], { keepdims: { int: 0 } });
  if (kept !== taps) {
    total = e.node('Slice', [e.reshape(total, [groups, cg, kept, og]), e.ints([0]), e.ints([taps]), e.ints([2]), e.ints([1])]);
  }
  const perm = [0, 2, 1];
  return e.reshape(e.transpose(e.reshape(total, [groups, cg * taps, og]), perm), [o, cg, kh, kw]);
};

/** Fewer channels than this are not worth putting last. */
const FEW = 8;

/** WebGPU has no convolution of volumes; where there are more kernels than places the runtime uses one thread. */
function isCorrelation(e: Emitter, { inputs: [xs, dys], attrs: { groups, size, dilation } }: Site): boolean {
  const [channels, outputs, taps] = [xs.shape[1]!, dys.shape[1]!, size[0] * size[1]];
  return e.target !== 'webgpu' && groups === 1 && taps > 1 && channels >= FEW && outputs <= taps * channels && dilation[1] === 1;
}

/**
 * The batch as channels and dy as one kernel that slides over x: dw[o, c, i, j] = sum over n, h, w of dy[n, o, h, w]
 * x[n, c, stride h + i, stride w + j]. With channels last, block by block of them, a row of x is W b long and the kernel moves
 * over its first kw b places, so that the runtime copies long runs and never writes the patches out.
 */
function correlation(e: Emitter, { names: [x, dy], inputs: [xs, dys], attrs }: Site): string {
  const [n, c, height, width] = xs.shape as [number, number, number, number];
  const [, o, h, v] = dys.shape as [number, number, number, number];
  const { size, stride, padding, dilation } = attrs;
  const [kh, kw] = size;
  const [top, left] = padding;
  const whole = e.block !== undefined && c % e.block === 0;
  const b = whole ? e.block! : c;
  const channelsLast = whole ? blocked(e, x!, [n, c, height, width]) : e.transpose(e.reshape(x!, [n, c, height * width]), [0, 2, 1]);
  const below = (kh - 1) * dilation[0] + (h - 1) * stride[0] + 1 - height - top;
  const beside = kw + (v - 1) * stride[1] - width - left;
  const moved = e.node(
    'Conv',
    [
      e.reshape(channelsLast, [1, n, c / b, height, width * b]),
      e.reshape(e.transpose(e.reshape(dy!, [n, o, h * v]), [1, 0, 2]), [o, n, 1, h, v]),
    ],
    {
      kernel_shape: { ints: [1, h, v] },
      strides: { ints: [1, dilation[0], 1] },
      dilations: { ints: [1, stride[0], stride[1] * b] },
      pads: { ints: [0, top, left * b, 0, Math.max(below, 0), Math.max(beside, 0) * b] },
    },
  );
  // places that only a larger kernel would reach
  const cut = below >= 0 && beside >= 0 ? moved : e.node('Slice', [moved, e.ints([0, 0]), e.ints([kh, kw * b]), e.ints([3, 4])]);
  return e.reshape(e.transpose(e.reshape(cut, [o, c / b, kh * kw, b]), [0, 1, 3, 2]), [o, c, kh, kw]);
}
