import type { Convolution } from '../op-types.ts';
import { sameShape } from '../sym.ts';
import { convAttributes } from './conv-attributes.ts';
import type { Emitter } from './emitter.ts';

/**
 * ONNX Runtime's own blocked convolution, [N, C / block, H, W, block] in memory. It takes it by itself only where the weights
 * are constants, which they are not while training; written directly it is 1.2 to 1.8 times faster than Conv. The operators are
 * internal to ONNX Runtime: a runtime says through `convolutionBlock` that it tried them, and files meant for others never hold
 * them.
 */
const BLOCKED = { domain: 'com.microsoft.nchwc' };

/** Whether a convolution can be written so: whole blocks of outputs, and of inputs unless they are too few for one. */
export function canBeBlocked(e: Emitter, c: Convolution, channels: number, outputs: number): boolean {
  const { block } = e;
  return (
    block !== undefined &&
    c.groups === 1 &&
    c.size[0] * c.size[1] > 1 &&
    outputs % block === 0 &&
    (channels % block === 0 || channels < block)
  );
}

/** x [N, C, H, W] -> its blocked form; what `unblocked` made is taken back. */
export function blocked(e: Emitter, x: string): string {
  return e.blockedForms.get(x) ?? e.node('ReorderInput', [x], {}, BLOCKED);
}

/** A blocked tensor as [N, C, H, W]. */
export function unblocked(e: Emitter, x: string, channels: number): string {
  const plain = e.node('ReorderOutput', [x], { channels: { int: channels } }, BLOCKED);
  e.blockedForms.set(plain, x);
  return plain;
}

/** w [O, C, kh, kw] -> blocks of outputs, and of inputs where these are blocked. */
export function blockedKernel(e: Emitter, w: string, [outputs, channels, kh, kw]: KernelShape): string {
  const b = e.block!;
  const shape = [outputs, channels, kh, kw];
  if (channels < b) return e.reshape(e.transpose(e.reshape(w, [outputs / b, b, channels, kh, kw]), [0, 2, 3, 4, 1]), shape);
  return e.reshape(e.transpose(e.reshape(w, [outputs / b, b, channels / b, b, kh, kw]), [0, 2, 4, 5, 3, 1]), shape);
}
type KernelShape = readonly [outputs: number, channels: number, height: number, width: number];

/**
 * Taps of w [O, C, kh, kw], O and C whole blocks, as the kernel of a convolution from O to C. All of w is turned once, so that
 * taps are picked in long runs.
 */
export function swappedKernel(
  e: Emitter,
  w: string,
  [o, c, kh, kw]: KernelShape,
  taps: readonly number[],
  size: readonly [number, number],
): string {
  const b = e.block!;
  const turned = e.transpose(e.reshape(w, [o / b, b, c / b, b, kh * kw]), [2, 0, 4, 1, 3]);
  return e.reshape(e.node('Gather', [turned, e.ints(taps)], { axis: { int: 2 } }), [c, o, ...size]);
}

/** The convolution of x [N, C, H, W] in blocked form, by a kernel in blocked form. Ask `canBeBlocked` first. */
export function blockedConvolution(
  e: Emitter,
  x: string,
  kernel: string,
  bias: string | undefined,
  c: Convolution,
  channels: number,
): string {
  const input = channels < e.block! ? x : blocked(e, x);
  return e.node('Conv', [input, kernel, ...(bias === undefined ? [] : [bias])], convAttributes(c), BLOCKED);
}

/** ReLU of what a blocked convolution alone gave, done by that convolution; undefined where x is something else. */
export function reluOfBlocked(e: Emitter, x: string): string | undefined {
  const form = e.blockedForms.get(x);
  const maker = form === undefined ? undefined : e.makerOf(form);
  if (maker?.op !== 'Conv' || 'activation' in maker.attributes) return undefined;
  const y = e.node('Conv', maker.inputs, { ...maker.attributes, activation: { text: 'Relu' } }, BLOCKED);
  return unblocked(e, y, (e.makerOf(x)!.attributes['channels'] as { int: number }).int);
}

/** Four blocked pictures [N, C, h, w], one for each parity of row and column, as one of [N, C, 2h, 2w]. */
export function interleaveBlocked(
  e: Emitter,
  [evenEven, evenOdd, oddEven, oddOdd]: readonly [string, string, string, string],
  [n, c, h, w]: readonly [number, number, number, number],
): string {
  const b = e.block!;
  const lead = (n * c) / b;
  const part = (x: string): string => e.reshape(x, [lead * h * w, 1, b]);
  const row = (left: string, right: string): string =>
    e.reshape(e.node('Concat', [part(left), part(right)], { axis: { int: 1 } }), [lead * h, 1, 2 * w * b]);
  const rows = e.node('Concat', [row(evenEven, evenOdd), row(oddEven, oddOdd)], { axis: { int: 1 } });
  return unblocked(e, e.reshape(rows, [n, c, 2 * h, 2 * w]), c);
}

/**
 * An elementwise op done on blocked forms where all its inputs of the result's shape have one at hand and the rest are numbers:
 * a convolution that reads the result spares putting it in order. Undefined where they have not.
 */
export function elementwiseBlocked(
  e: Emitter,
  names: readonly string[],
  shapes: readonly (readonly number[])[],
  write: (e: Emitter, names: readonly string[]) => string,
): string | undefined {
  if (e.block === undefined) return undefined;
  const forms = names.map((name, i) => (shapes[i]!.length === 0 ? name : e.blockedForms.get(name)));
  const whole = shapes.filter((shape) => shape.length > 0);
  if (whole.length === 0 || forms.some((form) => form === undefined) || whole.some((shape) => !sameShape(shape, whole[0]!)))
    return undefined;
  return unblocked(e, write(e, forms as string[]), whole[0]![1]!);
}
