/** Kinds of numbers that an imported graph distinguishes: every float type is computed as float32, every integer type as int32. */
export type Kind = 'float' | 'int' | 'bool';

/** A tensor stored in an ONNX file. Integers are held as doubles: exact below 2^53. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: Kind;
  /** The file's own element type, e.g. `float16`. */
  readonly type: string;
  readonly data: Float32Array | Float64Array;
}

export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'tensor'; readonly value: StoredTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  | { readonly type: 'other' };

export interface OnnxNode {
  readonly op: string;
  /** '' for the standard operators. */
  readonly domain: string;
  readonly name: string;
  /** '' where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxValue {
  readonly name: string;
  /** Element type, or undefined where the file does not say or it is no tensor. */
  readonly type: string | undefined;
  /** A string is a named free size, -1 an unnamed one; undefined where the file gives no shape. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: ReadonlyMap<string, StoredTensor>;
  /** Without those that only name an initialiser. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxFile {
  /** Version of the standard operators. */
  readonly opset: number;
  readonly graph: OnnxGraph;
}
