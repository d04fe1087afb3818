import { bytesField, type Engine, fields, numberField, varint, type WireField, WireError } from '@verilens/core/runtime-kit';

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
    const [graph, ...more] = [...placed(model, 0, model.length)].filter(({ field }) => field === MODEL.graph);
    if (graph === undefined || more.length > 0) return model;
    const found = preluOf(model, graph, block);
    return found.length === 0 ? model : rewritten(model, graph, found);
  } catch (error) {
    if (error instanceof WireError) return model;
    throw error;
  }
}

// field numbers of onnx.proto
const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5 };
const NODE = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 };
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9, location: 14 };
const FLOAT = 1;

const text = new TextDecoder();

interface Place extends WireField {
  /** Where its tag begins. */
  readonly from: number;
}

function* placed(bytes: Uint8Array, start: number, end: number): Generator<Place> {
  let from = start;
  for (const field of fields(bytes, start, end)) {
    yield { ...field, from };
    from = field.end;
  }
}

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
    const texts = new Map<number, string[]>();
    for (const { field, type, start, end } of fields(model, place.start, place.end)) {
      if (type !== 2 || field === NODE.attribute) continue;
      texts.set(field, [...(texts.get(field) ?? []), text.decode(model.subarray(start, end))]);
    }
    if ((texts.get(NODE.domain)?.[0] ?? '') !== '') continue;
    const [op, inputs, outputs] = [texts.get(NODE.op)?.[0], texts.get(NODE.input) ?? [], texts.get(NODE.output) ?? []];
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
    if (part.field === TENSOR.dims) dims.push(...(part.type === 0 ? [part.value] : numbersIn(model, part)));
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

/** Packed numbers, each a varint. */
function numbersIn(model: Uint8Array, { start, end }: WireField): number[] {
  const numbers: number[] = [];
  let [value, scale] = [0, 1];
  for (const byte of model.subarray(start, end)) {
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(value);
    [value, scale] = [0, 1];
  }
  return numbers;
}

function rewritten(model: Uint8Array, graph: Place, found: readonly Prelu[]): Uint8Array {
  const body: Uint8Array[] = [];
  let at = graph.start;
  for (const prelu of found) {
    body.push(model.subarray(at, prelu.place.from), Uint8Array.from(asConvolutions(prelu)));
    at = prelu.place.end;
  }
  body.push(model.subarray(at, graph.end));
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const head = Uint8Array.from([...varint(MODEL.graph * 8 + 2), ...varint(length)]);
  return joined([model.subarray(0, graph.from), head, ...body, model.subarray(graph.end)]);
}

function asConvolutions({ x, y, slopes }: Prelu): number[] {
  const [negated, below, lift, minus, rest] = ['negated', 'below', 'lift', 'minus', 'rest'].map((part) => `${y}#${part}`) as Names;
  const conv = (input: string, kernel: string, output: string): number[] =>
    node('Conv', [input, kernel], output, [...whole('group', slopes.length), ...whole('kernel_shape', [1, 1])]);
  return [
    ...conv(x, minus, negated),
    ...node('Relu', [negated], below),
    ...conv(below, rest, lift),
    ...node('Add', [lift, x], y),
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

function whole(name: string, value: number | readonly number[]): number[] {
  const [body, type] = typeof value === 'number' ? [numberField(3, value), 2] : [value.flatMap((v) => numberField(8, v)), 7];
  return bytesField(NODE.attribute, [...bytesField(1, name), ...body, ...numberField(20, type)]);
}

function node(op: string, inputs: readonly string[], output: string, attributes: readonly number[] = []): number[] {
  const names = [...inputs.flatMap((name) => bytesField(NODE.input, name)), ...bytesField(NODE.output, output)];
  return bytesField(GRAPH.node, [...names, ...bytesField(NODE.op, op), ...attributes]);
}

/** [C, 1, 1, 1] */
function kernel(name: string, values: Float32Array): number[] {
  return bytesField(GRAPH.initializer, [
    ...[values.length, 1, 1, 1].flatMap((dim) => numberField(TENSOR.dims, dim)),
    ...numberField(TENSOR.type, FLOAT),
    ...bytesField(TENSOR.name, name),
    ...bytesField(TENSOR.raw, [...new Uint8Array(values.buffer)]),
  ]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
