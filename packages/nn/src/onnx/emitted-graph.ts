/** An ONNX attribute of the kinds we write. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly graph: EmittedGraph };

export type ElementType = 'float32' | 'int32' | 'bool' | 'int64';
export type TensorData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export interface EmittedNode {
  readonly op: string;
  readonly domain: string;
  inputs: string[];
  outputs: string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface EmittedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface EmittedValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly dtype: ElementType;
}

/** What the writer turns into bytes. */
export interface EmittedGraph {
  readonly inputs: readonly EmittedValue[];
  readonly outputs: readonly EmittedValue[];
  readonly nodes: EmittedNode[];
  readonly initializers: EmittedTensor[];
}

export function elementType(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint8Array ? 'bool' : 'int64';
}
