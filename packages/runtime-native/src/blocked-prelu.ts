import {
  type Engine,
  fields,
  floatsField,
  GRAPH,
  graphOf,
  nodeAt,
  nodeField,
  numbersAt,
  type Place,
  placed,
  type WireField,
  wholeAttribute,
  WireError,
  withReplaced,
} from '@verilens/core/runtime-kit';

/** An engine whose models have their PReLU rewritten for the CPU's blocked convolutions. */
export function withBlockedPrelu(engine: Engine, block: number): Engine {
  return { create: (bytes, external, device, settings) => engine.create(blockedPrelu(bytes, block), external, device, settings) };
}

/**
 * PReLU after a convolution as x + (1 - slope) relu(-x), its products as convolutions with one number a channel.
 *
 * ONNX Runtime keeps tensors in blocks of channels from one convolution to the next, with ReLU and sums inside them, but has no
 * PRelu on blocks: it puts the channels in order, runs PRelu on one thread and makes blocks again, which was half the time of a
 * face embedding of MobileFaceNet's kind. Positive values stay what they are, negative ones to rounding.
 *
 * @returns The same bytes where nothing is rewritten, or where they are no ONNX file: the engine says so better.
 */
export function blockedPrelu(model: Uint8Array, block: number): Uint8Array {
  try {
    const graph = graphOf(model);
    if (graph === undefined) return model;
    const found = preluOf(model, graph, block);
    if (found.length === 0) return model;
    return withReplaced(
      model,
      graph,
      found.map((prelu) => ({ place: prelu.place, by: asConvolutions(prelu) })),
    );
  } catch (error) {
    if (error instanceof WireError) return model;
    throw error;
  }
}

// field numbers of onnx.proto
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9, location: 14 };
const FLOAT = 1;

const text = new TextDecoder();

interface Prelu {
  readonly place: Place;
  readonly x: string;
  readonly y: string;
  readonly slopes: Float32Array;
}

interface Stored {
  readonly dims: readonly number[];
  /** undefined for other types, and for values in other files. */
  readonly values: () => Float32Array | undefined;
}

/** Every PReLU whose slopes are stored, one for each channel of whole blocks that a convolution has just made. */
function preluOf(model: Uint8Array, graph: Place, block: number): Prelu[] {
  const stored = new Map<string, Stored>();
  /** Weights of the convolution that makes a tensor. */
  const kernels = new Map<string, string>();
  const nodes: { readonly place: Place; readonly inputs: readonly string[]; readonly outputs: readonly string[] }[] = [];
  for (const place of placed(model, graph.start, graph.end)) {
    if (place.field === GRAPH.initializer) stored.set(...storedAt(model, place));
    if (place.field !== GRAPH.node) continue;
    const { domain, op, inputs, outputs } = nodeAt(model, place);
    if (domain !== '') continue;
    if (op === 'Conv') kernels.set(outputs[0]!, inputs[1]!);
    if (op === 'PRelu') nodes.push({ place, inputs, outputs });
  }
  return nodes.flatMap(({ place, inputs: [x = '', slope = ''], outputs: [y = ''] }) => {
    const { dims, values } = stored.get(slope) ?? {};
    const kernel = stored.get(kernels.get(x) ?? '')?.dims;
    const channels = dims?.at(-3);
    if (channels === undefined || channels % block !== 0 || kernel?.length !== 4 || kernel[0] !== channels) return [];
    const slopes = values!();
    // [C, 1, 1] or [1, C, 1, 1]
    if (slopes?.length !== channels || dims!.reduce((a, b) => a * b, 1) !== channels || !slopes.every(Number.isFinite)) return [];
    return [{ place, x, y, slopes }];
  });
}

function storedAt(model: Uint8Array, place: Place): [name: string, stored: Stored] {
  let name = '';
  const dims: number[] = [];
  let [isFloat, isHere] = [false, true];
  let data: WireField | undefined;
  for (const part of fields(model, place.start, place.end)) {
    if (part.field === TENSOR.name) name = text.decode(model.subarray(part.start, part.end));
    if (part.field === TENSOR.dims) dims.push(...numbersAt(model, part));
    if (part.field === TENSOR.type) isFloat = part.value === FLOAT;
    if (part.field === TENSOR.location) isHere = part.value === 0;
    // numbers one by one (type 5) are allowed, and written by nobody
    if (part.type === 2 && (part.field === TENSOR.raw || part.field === TENSOR.floats)) data = part;
  }
  const values = (): Float32Array | undefined =>
    isFloat && isHere && data !== undefined && (data.end - data.start) % 4 === 0
      ? new Float32Array(model.slice(data.start, data.end).buffer)
      : undefined;
  return [name, { dims, values }];
}

function asConvolutions({ x, y, slopes }: Prelu): number[] {
  const [negated, below, lift, minus, rest] = ['negated', 'below', 'lift', 'minus', 'rest'].map((part) => `${y}#${part}`) as Names;
  const conv = (input: string, kernel: string, output: string): number[] =>
    nodeField('Conv', [input, kernel], output, [...wholeAttribute('group', slopes.length), ...wholeAttribute('kernel_shape', [1, 1])]);
  return [
    ...conv(x, minus, negated),
    ...nodeField('Relu', [negated], below),
    ...conv(below, rest, lift),
    ...nodeField('Add', [lift, x], y),
    ...kernel(
      minus,
      slopes.map(() => -1),
    ),
    ...kernel(
      rest,
      slopes.map((slope) => 1 - slope),
    ),
  ];
}

type Names = [string, string, string, string, string];

/** [C, 1, 1, 1] */
function kernel(name: string, values: Float32Array): number[] {
  return floatsField(name, values, [values.length, 1, 1, 1]);
}
