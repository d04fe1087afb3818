import type { Convolution } from '../op-types.ts';
import { sameShape } from '../sym.ts';
import { convAttributes } from './conv-attributes.ts';
import type { BlockedForm, Emitter } from './emitter.ts';

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

type Pictures = BlockedForm['shape'];

/** x [N, C, H, W] in blocked form; what `unblocked` made is taken back. */
export function blocked(e: Emitter, x: string, shape: Pictures): string {
  const form = e.blockedForms.get(x);
  if (form === undefined || !sameShape(form.shape.slice(2), shape.slice(2)) || shape[1] % form.shape[1] !== 0)
    return e.node('ReorderInput', [x], {}, BLOCKED);
  return seenAs(e, form, shape);
}

/** The same pictures with some of their batch among the channels, or the other way round. */
function seenAs(e: Emitter, form: BlockedForm, shape: Pictures): string {
  return sameShape(form.shape, shape) ? form.name : e.reshape(form.name, shape);
}

/** A blocked tensor of pictures in the usual order, in any shape that keeps it. */
export function unblocked(e: Emitter, name: string, shape: Pictures, as: readonly number[] = shape): string {
  const plain = e.node('ReorderOutput', [name], { channels: { int: shape[1] } }, BLOCKED);
  const result = sameShape(as, shape) ? plain : e.reshape(plain, as);
  e.blockedForms.set(result, { name, shape });
  return result;
}

/** Another shape of the same elements; a blocked form at hand stays so. */
export function reshapeBlocked(e: Emitter, x: string, shape: readonly number[]): string {
  const result = e.reshape(x, shape);
  const form = e.blockedForms.get(x);
  if (form !== undefined) e.blockedForms.set(result, form);
  return result;
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
  shape: Pictures,
  kernel: string,
  bias: string | undefined,
  c: Convolution,
): string {
  const input = shape[1] < e.block! ? x : blocked(e, x, shape);
  return e.node('Conv', [input, kernel, ...(bias === undefined ? [] : [bias])], convAttributes(c), BLOCKED);
}

/** ReLU of what a blocked convolution alone gave, done by that convolution; undefined where x is something else. */
export function reluOfBlocked(e: Emitter, x: string): string | undefined {
  const form = e.blockedForms.get(x);
  const maker = form === undefined ? undefined : e.makerOf(form.name);
  if (maker?.op !== 'Conv' || 'activation' in maker.attributes) return undefined;
  return unblocked(e, e.node('Conv', maker.inputs, { ...maker.attributes, activation: { text: 'Relu' } }, BLOCKED), form!.shape);
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
  return unblocked(e, e.reshape(rows, [n, c, 2 * h, 2 * w]), [n, c, 2 * h, 2 * w]);
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
  const whole = shapes.filter((shape) => shape.length > 0);
  const forms = names.map((name) => e.blockedForms.get(name));
  const first = forms.find((form) => form !== undefined);
  if (first === undefined || whole.some((shape) => !sameShape(shape, whole[0]!))) return undefined;
  const given = names.map((name, i) => {
    const form = forms[i];
    if (form === undefined) return shapes[i]!.length === 0 ? name : undefined;
    return sameShape(form.shape.slice(1), first.shape.slice(1)) ? seenAs(e, form, first.shape) : undefined;
  });
  return given.includes(undefined) ? undefined : unblocked(e, write(e, given as string[]), first.shape, whole[0]!);
}

/**
 * A matrix [rows, depth] times x [n, depth, pictures], which adds up whole pictures: in whatever form they are.
 * Undefined where x has no blocked form at hand.
 */
export function mixBlocked(
  e: Emitter,
  x: string,
  [n, depth, length]: readonly number[],
  rows: number,
  write: (pictures: string) => string,
): string | undefined {
  const form = e.blockedForms.get(x);
  if (form === undefined) return undefined;
  const [, c, h, w] = form.shape;
  if (length! % (c * h * w) !== 0) return undefined;
  const shape: Pictures = [(n! * rows * length!) / (c * h * w), c, h, w];
  const mixed = e.reshape(write(e.reshape(form.name, [n!, depth!, length!])), shape);
  return unblocked(e, mixed, shape, [n!, rows, length!]);
}
