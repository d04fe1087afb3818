import { blockOf, familyOf, type Family, type Target } from '../target.ts';
import { elementType, type Attribute, type EmittedNode, type EmittedTensor, type TensorData } from './emitted-graph.ts';

interface NodeOptions {
  readonly domain?: string;
  readonly outputs?: number;
}

/** A tensor of pictures [N, C, H, W] in blocked form. What it stands for may have another shape, with the pictures in the same order. */
export interface BlockedForm {
  readonly name: string;
  readonly shape: readonly [number, number, number, number];
}

/**
 * Collects ONNX nodes and constants. A node that repeats an earlier one (same op, inputs, attributes) is not written
 * twice, so a gradient rule may recompute a forward value for free. Names depend on the order of writing alone.
 */
export class Emitter {
  readonly target: Family;
  /** Channels per block of the blocked convolution, where it may be used. */
  readonly block: number | undefined;
  /** Tensors of which the blocked form is at hand. */
  readonly blockedForms = new Map<string, BlockedForm>();
  readonly nodes: EmittedNode[] = [];
  readonly initializers: EmittedTensor[] = [];
  readonly #makers = new Map<string, EmittedNode>();
  readonly #known = new Map<string, readonly string[]>();
  readonly #stored = new Map<string, TensorData>();

  constructor(target: Target) {
    this.target = familyOf(target);
    this.block = blockOf(target);
  }

  /** The node that gives `name`, while names are still those given here. */
  makerOf(name: string): EmittedNode | undefined {
    return this.#makers.get(name);
  }

  /** Writes a node of one output and gives its name. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, options: NodeOptions = {}): string {
    return this.nodeParts(op, inputs, attributes, options)[0]!;
  }

  /** Writes a node and gives the names of all its outputs. */
  nodeParts(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): readonly string[] {
    const { domain = '', outputs = 1 } = options;
    const key = JSON.stringify([op, domain, inputs, attributes, outputs]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.nodes.length;
    const names = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? `#${at}` : `#${at}.${i}`));
    const node = { op, domain, inputs: [...inputs], outputs: [...names], attributes };
    this.nodes.push(node);
    for (const name of names) this.#makers.set(name, node);
    this.#known.set(key, names);
    return names;
  }

  /** A stored tensor; equal ones without a name of their own are shared. */
  tensor(data: TensorData, shape: readonly number[], name?: string): string {
    const key = name === undefined ? `tensor ${elementType(data)} ${shape.join()} ${digest(data)}` : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined && (data.length <= 64 || sameBytes(data, this.#stored.get(known[0]!)!))) return known[0]!;
    const chosen = name ?? `#c${this.initializers.length}`;
    this.initializers.push({ name: chosen, shape, data });
    if (key !== undefined && known === undefined) {
      this.#known.set(key, [chosen]);
      this.#stored.set(chosen, data);
    }
    return chosen;
  }

  /** A vector of int64: shapes, axes, sizes. */
  ints(values: readonly number[]): string {
    return this.tensor(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** A float scalar. */
  scalar(value: number): string {
    return this.tensor(Float32Array.of(value), []);
  }

  /** A reshape of a reshape is one. */
  reshape(x: string, shape: readonly number[]): string {
    const maker = this.makerOf(x);
    return this.node('Reshape', [maker?.op === 'Reshape' ? maker.inputs[0]! : x, this.ints(shape)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return this.node('Transpose', [x], { perm: { ints: perm } });
  }
}

/** All values of a small tensor; of a large one a hash, which two different ones may share. */
function digest(data: TensorData): string {
  if (data.length <= 64) return [...data].map((v) => (Object.is(v, -0) ? '-0' : String(v))).join();
  let hash = 0x811c9dc5;
  for (const byte of bytesOf(data)) hash = Math.imul(hash ^ byte, 0x01000193);
  return `hash ${hash}`;
}

function sameBytes(a: TensorData, b: TensorData): boolean {
  const [p, q] = [bytesOf(a), bytesOf(b)];
  return p.length === q.length && p.every((byte, i) => byte === q[i]);
}

function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
