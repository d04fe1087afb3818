import { bytesField, fields, numberField, varint, type WireField } from './wire.ts';

/** The bytes of an ONNX file, read and rewritten in place: everything that is not touched stays as it lies there. */

// field numbers of onnx.proto
const MODEL = { graph: 7 };
export const GRAPH = { node: 1, initializer: 5, input: 11 } as const;
const NODE = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 };

const text = new TextDecoder();

export interface Place extends WireField {
  /** Where its tag begins. */
  readonly from: number;
}

/** A node as it lies in a graph. */
export interface PlacedNode {
  readonly place: Place;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly WireField[];
}

/** The fields of the message in `bytes[start, end)` with where each begins. @throws WireError */
export function* placed(bytes: Uint8Array, start: number, end: number): Generator<Place> {
  let from = start;
  for (const field of fields(bytes, start, end)) {
    yield { ...field, from };
    from = field.end;
  }
}

/** The graph of a model, where it has one. @throws WireError */
export function graphOf(model: Uint8Array): Place | undefined {
  const [graph, ...more] = [...placed(model, 0, model.length)].filter(({ field }) => field === MODEL.graph);
  return more.length > 0 ? undefined : graph;
}

/** @throws WireError */
export function nodeAt(model: Uint8Array, place: Place): PlacedNode {
  const texts = new Map<number, string[]>();
  const attributes: WireField[] = [];
  for (const part of fields(model, place.start, place.end)) {
    if (part.type !== 2) continue;
    if (part.field === NODE.attribute) attributes.push(part);
    else texts.set(part.field, [...(texts.get(part.field) ?? []), text.decode(model.subarray(part.start, part.end))]);
  }
  const of = (field: number): readonly string[] => texts.get(field) ?? [];
  return {
    place,
    op: of(NODE.op)[0] ?? '',
    domain: of(NODE.domain)[0] ?? '',
    inputs: of(NODE.input),
    outputs: of(NODE.output),
    attributes,
  };
}

export function textAt(model: Uint8Array, { start, end }: WireField): string {
  return text.decode(model.subarray(start, end));
}

/** A repeated whole number: one of them, or all packed, each a varint. */
export function numbersAt(model: Uint8Array, { type, value: only, start, end }: WireField): number[] {
  if (type === 0) return [only];
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

/** A node of the standard operators, as a field of a graph. */
export function nodeField(op: string, inputs: readonly string[], output: string, attributes: readonly number[] = []): number[] {
  const names = [...inputs.flatMap((name) => bytesField(NODE.input, name)), ...bytesField(NODE.output, output)];
  return bytesField(GRAPH.node, [...names, ...bytesField(NODE.op, op), ...attributes]);
}

/** A whole number or a list of them, as an attribute of a node. */
export function wholeAttribute(name: string, value: number | readonly number[]): number[] {
  const [body, type] = typeof value === 'number' ? [numberField(3, value), 2] : [value.flatMap((v) => numberField(8, v)), 7];
  return bytesField(NODE.attribute, [...bytesField(1, name), ...body, ...numberField(20, type)]);
}

/** A stored float32 tensor, as a field of a graph. */
export function floatsField(name: string, values: Float32Array, shape: readonly number[]): number[] {
  return bytesField(GRAPH.initializer, [
    ...shape.flatMap((dim) => numberField(1, dim)),
    ...numberField(2, 1),
    ...bytesField(8, name),
    ...bytesField(9, [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]),
  ]);
}

/** The model with fields of its graph replaced, in the order in which they lie there. */
export function withReplaced(
  model: Uint8Array,
  graph: Place,
  replaced: readonly { readonly place: Place; readonly by: readonly number[] }[],
): Uint8Array {
  const body: Uint8Array[] = [];
  let at = graph.start;
  for (const { place, by } of replaced) {
    body.push(model.subarray(at, place.from), Uint8Array.from(by));
    at = place.end;
  }
  body.push(model.subarray(at, graph.end));
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const head = Uint8Array.from([...varint(MODEL.graph * 8 + 2), ...varint(length)]);
  return joined([model.subarray(0, graph.from), head, ...body, model.subarray(graph.end)]);
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
