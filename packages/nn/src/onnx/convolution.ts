import type { Convolution } from '../op-types.ts';
import type { Lowering } from '../lowerings.ts';
import { blockedConvolution, canBeBlocked, interleaveBlocked, unblocked } from './blocked-convolution.ts';
import { convAttributes } from './conv-attributes.ts';
import type { Emitter } from './emitter.ts';
import { product } from './product.ts';
import { webgpuConv, webgpuConvTranspose } from './webgpu-conv.ts';

/** A Conv node, natively its blocked form, or on WebGPU what stands for it where it would be wrong. */
function conv(e: Emitter, x: string, w: string, bias: string | undefined, c: Convolution, channels: number, outputs: number): string {
  if (canBeBlocked(e, c, channels, outputs)) return unblocked(e, blockedConvolution(e, x, w, bias, c, channels, outputs), outputs);
  const attributes = convAttributes(c);
  const detour = e.target === 'webgpu' ? webgpuConv(e, x, w, bias, c, [channels, outputs], attributes) : undefined;
  return detour ?? e.node('Conv', [x, w, ...(bias === undefined ? [] : [bias])], attributes);
}

export const lowerConvolution: Lowering<'conv2d'> = (e, { names: [x, w, b], inputs: [xs, ws], attrs }) =>
  conv(e, x!, w!, b, attrs, xs.shape[1]!, ws.shape[0]!);

/** Stride 1: a convolution with the kernel turned and its channels swapped. Otherwise ConvTranspose, or four parity convolutions for 3x3 at stride 2 natively. */
export const lowerInputGradient: Lowering<'conv2dInputGradient'> = (e, { names: [dy, w], inputs: [dys, ws], attrs }) => {
  const [o, cg, kh, kw] = ws.shape as [number, number, number, number];
  const { groups, stride, padding, dilation, height, width } = attrs;
  const [top, left, bottom, right] = padding;
  const reach = [dilation[0] * (kh - 1), dilation[1] * (kw - 1)] as const;
  if (stride[0] === 1 && stride[1] === 1 && [reach[0] - top, reach[1] - left, reach[0] - bottom, reach[1] - right].every((p) => p >= 0)) {
    const turned = turnKernel(e, w!, [o, cg, kh, kw], groups);
    const c: Convolution = {
      size: [kh, kw],
      stride: [1, 1],
      dilation,
      groups,
      padding: [reach[0] - top, reach[1] - left, reach[0] - bottom, reach[1] - right],
    };
    return conv(e, dy!, turned, undefined, c, o, cg * groups);
  }
  const [, , h, v] = dys.shape as [number, number, number, number];
  const parity =
    e.target === 'native' &&
    groups === 1 &&
    kh === 3 &&
    kw === 3 &&
    stride[0] === 2 &&
    stride[1] === 2 &&
    dilation[0] === 1 &&
    dilation[1] === 1 &&
    padding.every((p) => p === 1) &&
    height === 2 * h &&
    width === 2 * v;
  if (parity) return parityConvolutions(e, dy!, w!, [dys.shape[0]!, o, h, v], cg);
  const outputPadding = [
    height - ((h - 1) * stride[0] - top - bottom + reach[0] + 1),
    width - ((v - 1) * stride[1] - left - right + reach[1] + 1),
  ];
  const attributes = { ...convAttributes({ ...attrs, size: [kh, kw] }), output_padding: { ints: outputPadding } };
  const detour = e.target === 'webgpu' ? webgpuConvTranspose(e, dy!, w!, groups, [o, cg * groups], attributes) : undefined;
  return detour ?? e.node('ConvTranspose', [dy!, w!], attributes);
};

/** [O, C/g, kh, kw] -> [C, O/g, kh, kw] with each kernel turned by 180 degrees. */
function turnKernel(e: Emitter, w: string, [o, cg, kh, kw]: readonly [number, number, number, number], groups: number): string {
  const taps = kh * kw;
  const order = e.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i));
  const turned = taps === 1 ? w : e.node('Gather', [e.reshape(w, [o, cg, taps]), order], { axis: { int: 2 } });
  if (groups === 1) return e.transpose(e.reshape(turned, [o, cg, kh, kw]), [1, 0, 2, 3]);
  const grouped = e.transpose(e.reshape(turned, [groups, o / groups, cg, kh, kw]), [0, 2, 1, 3, 4]);
  return e.reshape(grouped, [groups * cg, o / groups, kh, kw]);
}

/** Input gradient of 3x3, stride 2, padding 1: each of the four row/column parities is a small convolution of dy. */
function parityConvolutions(e: Emitter, dy: string, w: string, [n, o, h, v]: readonly [number, number, number, number], c: number): string {
  const flat = e.reshape(w, [o, c, 9]);
  const part = (taps: readonly number[], size: readonly [number, number], whole: boolean): string => {
    const kernel = e.transpose(e.reshape(e.node('Gather', [flat, e.ints(taps)], { axis: { int: 2 } }), [o, c, ...size]), [1, 0, 2, 3]);
    const window: Convolution = { size, stride: [1, 1], padding: [0, 0, size[0] - 1, size[1] - 1], dilation: [1, 1], groups: 1 };
    return whole ? blockedConvolution(e, dy, kernel, undefined, window, o, c) : conv(e, dy, kernel, undefined, window, o, c);
  };
  const parts = (whole: boolean): [string, string, string, string] => [
    part([4], [1, 1], whole),
    part([5, 3], [1, 2], whole),
    part([7, 1], [2, 1], whole),
    part([8, 6, 2, 0], [2, 2], whole),
  ];
  if (e.block !== undefined && o % e.block === 0 && c % e.block === 0) return interleaveBlocked(e, parts(true), [n, c, h, v]);
  const [evenEven, evenOdd, oddEven, oddOdd] = parts(false).map((y) => e.reshape(y, [n, c, h, v, 1])) as [string, string, string, string];
  const row = (a: string, b: string): string => e.reshape(e.node('Concat', [a, b], { axis: { int: 4 } }), [n, c, h, 1, 2 * v]);
  return e.reshape(e.node('Concat', [row(evenEven, evenOdd), row(oddEven, oddOdd)], { axis: { int: 3 } }), [n, c, 2 * h, 2 * v]);
}

/** Patches by a convolution with one-hot kernels, then one product per picture, summed over the batch. */
export const lowerWeightGradient: Lowering<'conv2dWeightGradient'> = (e, { names: [x, dy], inputs: [xs, dys], attrs }) => {
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
