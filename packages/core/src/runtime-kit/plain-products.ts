import {
  floatsField,
  GRAPH,
  graphOf,
  nodeAt,
  nodeField,
  numbersAt,
  type Place,
  placed,
  type PlacedNode,
  textAt,
  wholeAttribute,
  withReplaced,
} from './graph-bytes.ts';
import { fields, type WireField, WireError } from './wire.ts';

/**
 * A model whose fused products are written with standard operators: Transpose, MatMul, Mul.
 *
 * Models written for the CPU hold ONNX Runtime's FusedMatMul, which it has no kernel of for WebGPU: it computes them on the CPU
 * without a word, and operands and results go there and back. On an NVIDIA H200 that made a vision transformer 4 times slower.
 *
 * @returns The same bytes where nothing is rewritten, or where they are no ONNX file: the engine says so better.
 */
export function plainProducts(model: Uint8Array): Uint8Array {
  try {
    const graph = graphOf(model);
    if (graph === undefined) return model;
    const replaced = productsOf(model, graph);
    return replaced.length === 0 ? model : withReplaced(model, graph, replaced);
  } catch (error) {
    if (error instanceof WireError) return model;
    throw error;
  }
}

interface Product {
  readonly node: PlacedNode;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

/** Operators whose result has as many axes as their first input. */
const LIKE_FIRST = new Set(
  'BatchNormalization Cast Clip Concat Conv Erf Exp Gelu Identity LayerNormalization Neg Pad Relu Sigmoid Slice Softmax Split Sqrt Tanh'.split(
    ' ',
  ),
);
/** Operators whose result has as many axes as the input that has most. */
const LIKE_LARGEST = new Set('Add Div FusedMatMul MatMul Max Min Mul Pow Sub Where'.split(' '));

function productsOf(model: Uint8Array, graph: Place): { place: Place; by: number[] }[] {
  const parts = [...placed(model, graph.start, graph.end)];
  /** Counts of axes, by tensor. */
  const ranks = new Map<string, number>();
  /** Lengths of stored vectors, which may be shapes. */
  const lengths = new Map<string, number>();
  for (const part of parts) {
    if (part.field === GRAPH.input) rankOfInput(model, part, ranks);
    if (part.field !== GRAPH.initializer) continue;
    const { name, dims } = storedAt(model, part);
    ranks.set(name, dims.length);
    if (dims.length === 1) lengths.set(name, dims[0]!);
  }
  const replaced: { place: Place; by: number[] }[] = [];
  // nodes lie in the order in which they are computed
  for (const part of parts) {
    if (part.field !== GRAPH.node) continue;
    const node = nodeAt(model, part);
    const rank = rankOfResult(model, node, ranks, lengths);
    if (rank !== undefined) for (const output of node.op === 'Split' ? node.outputs : node.outputs.slice(0, 1)) ranks.set(output, rank);
    if (node.op !== 'FusedMatMul' || node.domain !== 'com.microsoft') continue;
    const product = productAt(model, node);
    const by = product === undefined ? undefined : plain(product, ranks);
    if (by !== undefined) replaced.push({ place: part, by });
  }
  return replaced;
}

/** undefined where an operand would have to be turned whose count of axes is not known. */
function plain({ node: { inputs, outputs }, transA, transB, alpha }: Product, ranks: ReadonlyMap<string, number>): number[] | undefined {
  const [y = ''] = outputs;
  const written: number[] = [];
  const operands: string[] = [];
  for (const [i, turned] of [transA, transB].entries()) {
    const name = inputs[i] ?? '';
    const rank = ranks.get(name) ?? 0;
    if (turned && rank < 2) return undefined;
    operands.push(turned ? `${y}#turned ${i}` : name);
    const perm = [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
    if (turned) written.push(...nodeField('Transpose', [name], operands.at(-1)!, wholeAttribute('perm', perm)));
  }
  if (alpha === 1) return [...written, ...nodeField('MatMul', operands, y)];
  const [whole, scale] = [`${y}#product`, `${y}#alpha`];
  return [
    ...written,
    ...nodeField('MatMul', operands, whole),
    ...nodeField('Mul', [whole, scale], y),
    ...floatsField(scale, Float32Array.of(alpha), []),
  ];
}

/** undefined for products that turn batches too. */
function productAt(model: Uint8Array, node: PlacedNode): Product | undefined {
  const attribute = (wanted: string, field: number): WireField | undefined => attributeOf(model, node, wanted, field);
  const on = (name: string): boolean => (attribute(name, 3)?.value ?? 0) !== 0;
  if (on('transBatchA') || on('transBatchB')) return undefined;
  const scale = attribute('alpha', 2);
  const alpha = scale === undefined ? 1 : new DataView(model.buffer, model.byteOffset + scale.start, 4).getFloat32(0, true);
  return { node, transA: on('transA'), transB: on('transB'), alpha };
}

/** The value of an attribute: its field 2 (float), 3 (whole number) or 8 (whole numbers). */
function attributeOf(model: Uint8Array, { attributes }: PlacedNode, wanted: string, field: number): WireField | undefined {
  for (const { start, end } of attributes) {
    const parts = [...fields(model, start, end)];
    const name = parts.find((part) => part.field === 1 && part.type === 2);
    if (name !== undefined && textAt(model, name) === wanted) return parts.find((part) => part.field === field);
  }
  return undefined;
}

function rankOfResult(
  model: Uint8Array,
  node: PlacedNode,
  ranks: ReadonlyMap<string, number>,
  lengths: ReadonlyMap<string, number>,
): number | undefined {
  const { op, inputs } = node;
  const first = ranks.get(inputs[0] ?? '');
  if (op === 'Gemm') return 2;
  if (op === 'Transpose' || LIKE_FIRST.has(op)) return first ?? turnedAxes(model, node);
  if (op === 'Reshape' || op === 'Expand') return lengths.get(inputs[1] ?? '');
  if (!LIKE_LARGEST.has(op)) return undefined;
  const all = inputs.map((name) => ranks.get(name));
  // a product with a vector loses an axis
  const least = op.endsWith('MatMul') ? 2 : 0;
  return all.every((rank) => rank !== undefined && rank >= least) ? Math.max(...(all as number[])) : undefined;
}

/** How many axes a Transpose names. */
function turnedAxes(model: Uint8Array, node: PlacedNode): number | undefined {
  const count = node.attributes.flatMap(({ start, end }) => {
    const parts = [...fields(model, start, end)];
    return parts.some((part) => part.field === 1 && part.type === 2 && textAt(model, part) === 'perm')
      ? parts.filter((part) => part.field === 8).flatMap((part) => numbersAt(model, part))
      : [];
  }).length;
  return node.op === 'Transpose' && count > 0 ? count : undefined;
}

function rankOfInput(model: Uint8Array, place: Place, ranks: Map<string, number>): void {
  // ValueInfoProto: name, type; of a tensor: shape; its dims
  const inside = (at: WireField, field: number): WireField[] => [...fields(model, at.start, at.end)].filter((part) => part.field === field);
  const [name] = inside(place, 1);
  const shapes = inside(place, 2)
    .flatMap((type) => inside(type, 1))
    .flatMap((tensor) => inside(tensor, 2));
  if (name !== undefined && shapes.length === 1) ranks.set(textAt(model, name), inside(shapes[0]!, 1).length);
}

function storedAt(model: Uint8Array, place: Place): { name: string; dims: number[] } {
  let name = '';
  const dims: number[] = [];
  for (const part of fields(model, place.start, place.end)) {
    if (part.field === 8 && part.type === 2) name = textAt(model, part);
    if (part.field === 1) dims.push(...numbersAt(model, part));
  }
  return { name, dims };
}
