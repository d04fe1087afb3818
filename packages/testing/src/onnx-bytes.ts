import { bytesField, numberField } from '@verilens/core/runtime-kit';

/** A model small enough to write by hand, as bytes. Element types by their ONNX names. */
export interface TinyModel {
  readonly nodes: readonly TinyNode[];
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly initializers?: readonly TinyTensor[];
  /** 17 when left out. */
  readonly opset?: number;
  /** Further domains of its nodes, declared with version 1. */
  readonly domains?: readonly string[];
}

type TinyGraph = Omit<TinyModel, 'opset' | 'domains'>;

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
  readonly attributes?: readonly TinyAttribute[];
}

export type TinyAttribute =
  | { readonly name: string; readonly int: number }
  | { readonly name: string; readonly ints: readonly number[] }
  | { readonly name: string; readonly float: number }
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly tensor: TinyTensor }
  | { readonly name: string; readonly graph: TinyGraph };

export interface TinyValue {
  readonly name: string;
  readonly dtype: TinyType;
  readonly shape: readonly (number | string)[];
}

/** A tensor with its values, or one whose values lie in another file. */
export type TinyTensor = TinyValue &
  ({ readonly values: readonly number[] } | { readonly external: string; readonly offset?: number; readonly length?: number });

export type TinyType = 'float32' | 'int32' | 'int64' | 'bool';

const ELEMENT: Record<TinyType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

function valueInfo(value: TinyValue): number[] {
  const shape = value.shape.flatMap((dim) => bytesField(1, typeof dim === 'number' ? numberField(1, dim) : bytesField(2, dim)));
  return [
    ...bytesField(1, value.name),
    ...bytesField(2, bytesField(1, [...numberField(1, ELEMENT[value.dtype]), ...bytesField(2, shape)])),
  ];
}

function rawBytes(dtype: TinyType, values: readonly number[]): number[] {
  if (dtype === 'float32') return [...new Uint8Array(Float32Array.from(values).buffer)];
  if (dtype === 'int32') return [...new Uint8Array(Int32Array.from(values).buffer)];
  if (dtype === 'int64') return [...new Uint8Array(BigInt64Array.from(values, BigInt).buffer)];
  return values.map((value) => (value === 0 ? 0 : 1));
}

/** A TensorProto. */
export function tensorBytes(tensor: TinyTensor): number[] {
  const head = [
    ...tensor.shape.flatMap((dim) => numberField(1, Number(dim))),
    ...numberField(2, ELEMENT[tensor.dtype]),
    ...bytesField(8, tensor.name),
  ];
  if ('values' in tensor) return [...head, ...bytesField(9, rawBytes(tensor.dtype, tensor.values))];
  const entry = (key: string, value: string): number[] => bytesField(13, [...bytesField(1, key), ...bytesField(2, value)]);
  const where = [
    ...entry('location', tensor.external),
    ...(tensor.offset === undefined ? [] : entry('offset', String(tensor.offset))),
    ...(tensor.length === undefined ? [] : entry('length', String(tensor.length))),
  ];
  return [...head, ...where, ...numberField(14, 1)];
}

function attributeBytes(attribute: TinyAttribute): number[] {
  const name = bytesField(1, attribute.name);
  if ('int' in attribute) return [...name, ...numberField(3, attribute.int), ...numberField(20, 2)];
  if ('ints' in attribute) return [...name, ...attribute.ints.flatMap((value) => numberField(8, value)), ...numberField(20, 7)];
  // wire type 5, four bytes
  if ('float' in attribute) return [...name, 2 * 8 + 5, ...new Uint8Array(Float32Array.of(attribute.float).buffer), ...numberField(20, 1)];
  if ('text' in attribute) return [...name, ...bytesField(4, attribute.text), ...numberField(20, 3)];
  if ('tensor' in attribute) return [...name, ...bytesField(5, tensorBytes(attribute.tensor)), ...numberField(20, 4)];
  return [...name, ...bytesField(6, graphBytes(attribute.graph)), ...numberField(20, 5)];
}

/** A NodeProto. */
export function nodeBytes(node: TinyNode): number[] {
  return [
    ...node.inputs.flatMap((name) => bytesField(1, name)),
    ...node.outputs.flatMap((name) => bytesField(2, name)),
    ...bytesField(4, node.op),
    ...(node.attributes ?? []).flatMap((attribute) => bytesField(5, attributeBytes(attribute))),
    ...(node.domain === undefined ? [] : bytesField(7, node.domain)),
  ];
}

/** A GraphProto. */
export function graphBytes(graph: TinyGraph): number[] {
  return [
    ...graph.nodes.flatMap((node) => bytesField(1, nodeBytes(node))),
    ...bytesField(2, 'tiny'),
    ...(graph.initializers ?? []).flatMap((tensor) => bytesField(5, tensorBytes(tensor))),
    ...graph.inputs.flatMap((value) => bytesField(11, valueInfo(value))),
    ...graph.outputs.flatMap((value) => bytesField(12, valueInfo(value))),
  ];
}

/** A whole ONNX file. */
export function onnxBytes(model: TinyModel): Uint8Array {
  return Uint8Array.from([
    ...numberField(1, 8),
    ...bytesField(7, graphBytes(model)),
    ...bytesField(8, numberField(2, model.opset ?? 17)),
    ...(model.domains ?? []).flatMap((domain) => bytesField(8, [...bytesField(1, domain), ...numberField(2, 1)])),
  ]);
}
