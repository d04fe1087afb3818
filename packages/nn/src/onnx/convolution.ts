import type { Convolution } from '../op-types.ts';
import type { Lowering } from '../lowerings.ts';
import { blockedConvolution, blockedKernel, canBeBlocked, interleaveBlocked, swappedKernel, unblocked } from './blocked-convolution.ts';
import { convAttributes } from './conv-attributes.ts';
import type { Emitter } from './emitter.ts';
import { webgpuConv, webgpuConvTranspose } from './webgpu-conv.ts';

type Four = readonly [number, number, number, number];

/** A Conv node from pictures to pictures of the shapes given, natively its blocked form, or on WebGPU what stands for it where it would be wrong. */
function conv(e: Emitter, x: string, w: string, bias: string | undefined, c: Convolution, from: Four, to: Four): string {
  const [channels, outputs] = [from[1], to[1]];
  if (canBeBlocked(e, c, channels, outputs)) {
    const kernel = blockedKernel(e, w, [outputs, channels, ...c.size]);
    return unblocked(e, blockedConvolution(e, x, from, kernel, bias, c), to);
  }
  const attributes = convAttributes(c);
  const detour = e.target === 'webgpu' ? webgpuConv(e, x, w, bias, c, [channels, outputs], attributes) : undefined;
  return detour ?? e.node('Conv', [x, w, ...(bias === undefined ? [] : [bias])], attributes);
}

export const lowerConvolution: Lowering<'conv2d'> = (e, { names: [x, w, b], inputs: [xs], attrs, shape }) =>
  conv(e, x!, w!, b, attrs, xs.shape as Four, shape as Four);

/** Stride 1: a convolution with the kernel turned and its channels swapped. Otherwise ConvTranspose, or four parity convolutions for 3x3 at stride 2 natively. */
export const lowerInputGradient: Lowering<'conv2dInputGradient'> = (e, { names: [dy, w], inputs: [dys, ws], attrs, shape }) => {
  const [from, to] = [dys.shape as Four, shape as Four];
  const [o, cg, kh, kw] = ws.shape as Four;
  const { groups, stride, padding, dilation, height, width } = attrs;
  const [top, left, bottom, right] = padding;
  const reach = [dilation[0] * (kh - 1), dilation[1] * (kw - 1)] as const;
  if (stride[0] === 1 && stride[1] === 1 && [reach[0] - top, reach[1] - left, reach[0] - bottom, reach[1] - right].every((p) => p >= 0)) {
    const c: Convolution = {
      size: [kh, kw],
      stride: [1, 1],
      dilation,
      groups,
      padding: [reach[0] - top, reach[1] - left, reach[0] - bottom, reach[1] - right],
    };
    if (e.block !== undefined && o % e.block === 0 && canBeBlocked(e, c, o, cg * groups)) {
      const kernel = swappedKernel(e, w!, [o, cg, kh, kw], reversed(kh * kw), c.size);
      return unblocked(e, blockedConvolution(e, dy!, from, kernel, undefined, c), to);
    }
    return conv(e, dy!, turnKernel(e, w!, [o, cg, kh, kw], groups), undefined, c, from, to);
  }
  const [, , h, v] = from;
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
  if (parity) return parityConvolutions(e, dy!, w!, from, cg);
  const outputPadding = [
    height - ((h - 1) * stride[0] - top - bottom + reach[0] + 1),
    width - ((v - 1) * stride[1] - left - right + reach[1] + 1),
  ];
  const attributes = { ...convAttributes({ ...attrs, size: [kh, kw] }), output_padding: { ints: outputPadding } };
  const detour = e.target === 'webgpu' ? webgpuConvTranspose(e, dy!, w!, groups, [o, cg * groups], attributes) : undefined;
  return detour ?? e.node('ConvTranspose', [dy!, w!], attributes);
};

const reversed = (count: number): number[] => Array.from({ length: count }, (_, i) => count - 1 - i);

/** [O, C/g, kh, kw] -> [C, O/g, kh, kw] with each kernel turned by 180 degrees. */
function turnKernel(e: Emitter, w: string, [o, cg, kh, kw]: Four, groups: number): string {
  const taps = kh * kw;
  const turned = taps === 1 ? w : e.node('Gather', [e.reshape(w, [o, cg, taps]), e.ints(reversed(taps))], { axis: { int: 2 } });
  if (groups === 1) return e.transpose(e.reshape(turned, [o, cg, kh, kw]), [1, 0, 2, 3]);
  const grouped = e.transpose(e.reshape(turned, [groups, o / groups, cg, kh, kw]), [0, 2, 1, 3, 4]);
  return e.reshape(grouped, [groups * cg, o / groups, kh, kw]);
}

/** Input gradient of 3x3, stride 2, padding 1: each of the four row/column parities is a small convolution of dy. */
function parityConvolutions(e: Emitter, dy: string, w: string, from: Four, c: number): string {
  const [n, o, h, v] = from;
  const whole = e.block !== undefined && o % e.block === 0 && c % e.block === 0;
  const part = (taps: readonly number[], size: readonly [number, number]): string => {
    const window: Convolution = { size, stride: [1, 1], padding: [0, 0, size[0] - 1, size[1] - 1], dilation: [1, 1], groups: 1 };
    if (whole) return blockedConvolution(e, dy, from, swappedKernel(e, w, [o, c, 3, 3], taps, size), undefined, window);
    const picked = e.node('Gather', [e.reshape(w, [o, c, 9]), e.ints(taps)], { axis: { int: 2 } });
    return conv(e, dy, e.transpose(e.reshape(picked, [o, c, ...size]), [1, 0, 2, 3]), undefined, window, from, [n, c, h, v]);
  };
  const parts = [part([4], [1, 1]), part([5, 3], [1, 2]), part([7, 1], [2, 1]), part([8, 6, 2, 0], [2, 2])] as const;
  if (whole) return interleaveBlocked(e, parts, [n, c, h, v]);
  const [evenEven, evenOdd, oddEven, oddOdd] = parts.map((y) => e.reshape(y, [n, c, h, v, 1])) as [string, string, string, string];
  const row = (a: string, b: string): string => e.reshape(e.node('Concat', [a, b], { axis: { int: 4 } }), [n, c, h, 1, 2 * v]);
  return e.reshape(e.node('Concat', [row(evenEven, evenOdd), row(oddEven, oddOdd)], { axis: { int: 3 } }), [n, c, 2 * h, 2 * v]);
}
