import { type TensorSpec, VerilensError } from '@verilens/core';

/** How an ONNX file takes pictures and what it gives: the part that the file itself does not say. JSON, so that it can lie beside the file. */
export interface ImageModelDescription {
  /** Name of the picture input. Default: the only input. */
  readonly input?: string;
  /** Name of the output with the scores. Default: the only output. */
  readonly output?: string;
  /** Order of the input's axes. Default: by where the 1 or 3 channels are. */
  readonly layout?: 'nchw' | 'nhwc';
  /** Size in pixels, where the file leaves it free. */
  readonly width?: number;
  readonly height?: number;
  /** Order of three channels. Default `rgb`. An input of one channel gets the luminance. */
  readonly order?: 'rgb' | 'bgr';
  /** Pixels become (value / divide - mean) / std. Default 255: 0..1. */
  readonly divide?: number;
  /** Default 0. */
  readonly mean?: readonly [number, number, number];
  /** Default 1. */
  readonly std?: readonly [number, number, number];
  /** Put after the output before it is explained. Default: nothing. Gradients of logits say more than gradients of probabilities near 1. */
  readonly activation?: 'softmax' | 'sigmoid';
  /** Names of the scores, e.g. classes. Default: their numbers. */
  readonly labels?: readonly string[];
}

/** A description with every choice made. */
export interface ImageModelShape {
  readonly input: string;
  readonly output: string;
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: 1 | 3;
  readonly width: number;
  readonly height: number;
  /** Pictures in one run, where the file fixes it. */
  readonly batch: number | undefined;
  readonly order: 'rgb' | 'bgr';
  readonly divide: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly activation: 'softmax' | 'sigmoid' | undefined;
}

const KEYS: readonly string[] = 'input output layout width height order divide mean std activation labels'.split(' ');

/**
 * A description as JSON holds it: an object of its own, or the `image` block of a model card.
 * @throws VerilensError BAD_INPUT naming the field
 */
export function parseImageModel(json: unknown, place: string): ImageModelDescription {
  const whole = record(json, place, 'the file');
  const block = 'image' in whole ? record(whole['image'], place, '"image"') : whole;
  if (!('image' in whole)) {
    const odd = Object.keys(block).find((key) => !KEYS.includes(key));
    if (odd !== undefined) throw bad(place, `"${odd}" is no part of a description`, KEYS.join(', '), odd);
  }
  const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
    input: isText,
    output: isText,
    layout: (v) => v === 'nchw' || v === 'nhwc',
    width: isSide,
    height: isSide,
    order: (v) => v === 'rgb' || v === 'bgr',
    divide: (v) => typeof v === 'number' && v > 0 && Number.isFinite(v),
    mean: isTriple,
    std: (v) => isTriple(v) && v.every((n) => n > 0),
    activation: (v) => v === 'softmax' || v === 'sigmoid',
    labels: (v) => Array.isArray(v) && v.length > 0 && v.every(isText),
  };
  for (const [key, right] of Object.entries(checks)) {
    const value = block[key];
    if (value !== undefined && !right(value)) throw bad(place, `"${key}" cannot be used`, EXPECTED[key]!, JSON.stringify(value));
  }
  return Object.fromEntries(KEYS.filter((key) => block[key] !== undefined).map((key) => [key, block[key]])) as ImageModelDescription;
}

const EXPECTED: Readonly<Record<string, string>> = {
  input: 'a name',
  output: 'a name',
  layout: '"nchw" or "nhwc"',
  width: 'whole pixels',
  height: 'whole pixels',
  order: '"rgb" or "bgr"',
  divide: 'a positive number',
  mean: 'three numbers',
  std: 'three positive numbers',
  activation: '"softmax" or "sigmoid"',
  labels: 'a list of names',
};

/**
 * Settles a description against what the file declares.
 * @throws VerilensError BAD_MODEL when there is no picture input, UNKNOWN_NAME, BAD_OPTION naming what is missing
 */
export function settleShape(
  description: ImageModelDescription,
  model: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
  place: string,
): ImageModelShape {
  const listed = (specs: readonly TensorSpec[]): string =>
    specs.map((s) => `${s.name} ${s.dtype}[${s.shape.join(', ')}]`).join('; ') || 'none';
  if (model.inputs.length !== 1)
    throw new VerilensError('UNSUPPORTED', 'the model takes more than a picture', {
      place,
      expected: 'one input',
      got: listed(model.inputs),
      remedy: 'Export it with the other inputs fixed, or wrap it as an ExplainableModel.',
    });
  const input = named(model.inputs, description.input, 'input', place);
  const output = named(model.outputs, description.output, 'output', place);
  const { shape } = input;
  const few = (n: number | string | undefined): n is 1 | 3 => n === 1 || n === 3;
  const layout = description.layout ?? (few(shape[1]) ? 'nchw' : few(shape[3]) ? 'nhwc' : undefined);
  const channels = layout === 'nhwc' ? shape[3] : shape[1];
  if (shape.length !== 4 || input.dtype !== 'float32' || layout === undefined || !few(channels))
    throw new VerilensError('BAD_MODEL', 'the model has no picture input', {
      place,
      expected: 'float32 [N, 3, H, W] or [N, H, W, 3] (or one channel)',
      got: listed(model.inputs),
      remedy: 'Only models that look at pictures can be explained here.',
    });
  const [height, width] = layout === 'nhwc' ? [shape[1], shape[2]] : [shape[2], shape[3]];
  return {
    input: input.name,
    output: output.name,
    layout,
    channels,
    width: side(width, description.width, 'width', place),
    height: side(height, description.height, 'height', place),
    batch: typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : undefined,
    order: description.order ?? 'rgb',
    divide: description.divide ?? 255,
    mean: description.mean ?? [0, 0, 0],
    std: description.std ?? [1, 1, 1],
    activation: description.activation,
  };
}

function named(specs: readonly TensorSpec[], name: string | undefined, what: 'input' | 'output', place: string): TensorSpec {
  const names = specs.map((spec) => spec.name).join(', ');
  const found = name === undefined ? (specs.length === 1 ? specs[0] : undefined) : specs.find((spec) => spec.name === name);
  if (found !== undefined) return found;
  if (name !== undefined) throw new VerilensError('UNKNOWN_NAME', `the model has no ${what} "${name}"`, { place, expected: names });
  throw new VerilensError('BAD_OPTION', `the model has several ${what}s`, {
    place,
    expected: `one of ${names}`,
    remedy: `Name it: { ${what} }.`,
  });
}

function side(declared: number | string | undefined, wanted: number | undefined, what: 'width' | 'height', place: string): number {
  const fixed = typeof declared === 'number' && declared > 0 ? declared : undefined;
  if (fixed !== undefined && wanted !== undefined && fixed !== wanted)
    throw new VerilensError('BAD_OPTION', `the file fixes another ${what}`, { place, expected: String(fixed), got: String(wanted) });
  const found = fixed ?? wanted;
  if (found !== undefined && Number.isInteger(found) && found > 0 && found <= 4096) return found;
  throw new VerilensError('BAD_OPTION', `the model's ${what} is not known`, {
    place,
    expected: 'whole pixels, 1..4096',
    got: found === undefined ? 'a free size in the file' : String(found),
    remedy: 'Give width and height in the description.',
  });
}

function record(value: unknown, place: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw bad(place, `${what} is no description`, 'a JSON object', JSON.stringify(value));
}

function bad(place: string, summary: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_INPUT', summary, { place, expected, got: got.slice(0, 80) });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isSide(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

function isTriple(value: unknown): value is readonly [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every((n) => typeof n === 'number' && Number.isFinite(n));
}
