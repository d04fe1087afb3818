import { onnxBytes, type TinyAttribute, type TinyNode, type TinyTensor, type TinyValue } from '@verilens/testing';

const FUSED = 'com.microsoft';

/** Attributes by name: whole numbers, lists of them, or text. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

/** A small ONNX graph written node by node; names of results are counted. */
export class Graph {
  readonly #inputs: readonly TinyValue[];
  readonly #nodes: TinyNode[] = [];
  readonly #tensors: TinyTensor[] = [];

  constructor(inputs: readonly TinyValue[]) {
    this.#inputs = inputs;
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}, domain?: string): string {
    return this.nodeParts(op, inputs, 1, attributes, domain)[0]!;
  }

  nodeParts(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}, domain?: string): readonly string[] {
    const names = Array.from({ length: outputs }, (_, i) => `${this.#nodes.length}.${i}`);
    const list = Object.entries(attributes).map(([name, value]): TinyAttribute => {
      if (typeof value === 'string') return { name, text: value };
      return typeof value === 'number' ? { name, int: value } : { name, ints: value };
    });
    this.#nodes.push({ op, inputs, outputs: names, attributes: list, ...(domain === undefined ? {} : { domain }) });
    return names;
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    return this.#tensor('float32', values, shape);
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** A vector of int64: shapes, axes, sizes. */
  ints(values: readonly number[]): string {
    return this.#tensor('int64', values, [values.length]);
  }

  labels(values: readonly number[]): string {
    return this.#tensor('int32', values, [values.length]);
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.node('Reshape', [x, this.ints(shape)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return this.node('Transpose', [x], { perm });
  }

  /** Sum over axes, which vanish. */
  sum(x: string, axes: readonly number[], keep = false): string {
    return this.node('ReduceSum', [x, this.ints(axes)], { keepdims: Number(keep) });
  }

  /** Product of the last two axes, operands turned inside. */
  fused(a: string, b: string, { transA = false, transB = false }: { transA?: boolean; transB?: boolean } = {}): string {
    return this.node('FusedMatMul', [a, b], { transA: Number(transA), transB: Number(transB) }, FUSED);
  }

  #tensor(dtype: TinyTensor['dtype'], values: readonly number[], shape: readonly number[]): string {
    const name = `c${this.#tensors.length}`;
    this.#tensors.push({ name, dtype, shape, values });
    return name;
  }

  /** The file that gives `results`, of these shapes; without shapes, the sum of each. */
  bytes(results: readonly string[], shapes?: readonly (readonly number[])[]): Uint8Array {
    const last = shapes === undefined ? results.map((name) => this.node('ReduceSum', [name], { keepdims: 0 })) : results;
    last.forEach((name, i) => this.#nodes.push({ op: 'Identity', inputs: [name], outputs: [`y${i}`] }));
    return onnxBytes({
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: last.map((_, i) => ({ name: `y${i}`, dtype: 'float32', shape: shapes?.[i] ?? [] })),
      initializers: this.#tensors,
      opset: 18,
      domains: [FUSED],
    });
  }
}
