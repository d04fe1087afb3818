import type { Convolution } from '../op-types.ts';
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
function blocked(e: Emitter, x: string): string {
  return e.blockedForms.get(x) ?? e.node('ReorderInput', [x], {}, BLOCKED);
}

/** A blocked tensor as [N, C, H, W]. */
export function unblocked(e: Emitter, x: string, channels: number): string {
  const plain = e.node('ReorderOutput', [x], { channels: { int: channels } }, BLOCKED);
  e.blockedForms.set(plain, x);
  return plain;
}

/** [O, C, kh, kw] -> blocks of outputs, and of inputs where these are blocked. */
function blockedKernel(e: Emitter, w: string, [kh, kw]: readonly [number, number], channels: number, outputs: number): string {
  const b = e.block!;
  const shape = [outputs, channels, kh, kw];
  if (channels < b) return e.reshape(e.transpose(e.reshape(w, [outputs / b, b, channels, kh, kw]), [0, 2, 3, 4, 1]), shape);
  return e.reshape(e.transpose(e.reshape(w, [outputs / b, b, channels / b, b, kh, kw]), [0, 2, 4, 5, 3, 1]), shape);
}

/** The convolution of x [N, C, H, W] in blocked form. Ask `canBeBlocked` first. */
export function blockedConvolution(
  e: Emitter,
  x: string,
  w: string,
  bias: string | undefined,
  c: Convolution,
  channels: number,
  outputs: number,
): string {
  const input = channels < e.block! ? x : blocked(e, x);
  const kernel = blockedKernel(e, w, c.size, channels, outputs);
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
