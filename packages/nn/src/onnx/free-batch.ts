import { VerilensError } from '@verilens/core';
import type { EmittedGraph, EmittedNode, EmittedTensor, EmittedValue } from './emitted-graph.ts';

/**
 * Makes one graph with a free first dimension out of two that were traced with the sizes `sizes`. Where the two differ
 * in a stored shape, the differing entry is a multiple of the free size: a Reshape gets -1 there, others compute it.
 * @throws VerilensError UNSUPPORTED when they differ in another way
 */
export function freeBatch(graphs: readonly [EmittedGraph, EmittedGraph], sizes: readonly [number, number], name: string): EmittedGraph {
  const [a, b] = graphs;
  if (a.nodes.length !== b.nodes.length || a.initializers.length !== b.initializers.length)
    throw notFree(name, 'the model is built differently for different sizes');
  const lists = new Map<string, readonly Entry[]>();
  a.initializers.forEach((tensor, i) => {
    const entries = compare(tensor, b.initializers[i]!, sizes, name);
    if (entries !== undefined) lists.set(tensor.name, entries);
  });
  const free = a.inputs.find((value, i) => value.shape[0] !== b.inputs[i]!.shape[0]);
  const nodes: EmittedNode[] = [];
  const extra: EmittedTensor[] = [];
  const int64 = (key: string, values: readonly number[]): string => {
    const label = `#free.${key}`;
    if (!extra.some((t) => t.name === label)) extra.push({ name: label, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    return label;
  };
  const computed = new Map<string, string>();
  const compute = (list: string, entries: readonly Entry[]): string => {
    const known = computed.get(list);
    if (known !== undefined) return known;
    if (computed.size === 0) {
      nodes.push({ op: 'Shape', domain: '', inputs: [free!.name], outputs: ['#free'], attributes: { start: { int: 0 }, end: { int: 1 } } });
    }
    // constants + multiples * size
    const scaled = `${list}.scaled`;
    nodes.push({
      op: 'Mul',
      domain: '',
      inputs: [
        '#free',
        int64(
          `${list}.times`,
          entries.map((e) => e.times),
        ),
      ],
      outputs: [scaled],
      attributes: {},
    });
    nodes.push({
      op: 'Add',
      domain: '',
      inputs: [
        scaled,
        int64(
          `${list}.plus`,
          entries.map((e) => e.plus),
        ),
      ],
      outputs: [`${list}.free`],
      attributes: {},
    });
    computed.set(list, `${list}.free`);
    return `${list}.free`;
  };
  a.nodes.forEach((node, i) => {
    const other = b.nodes[i]!;
    if (
      node.op !== other.op ||
      JSON.stringify([node.inputs, node.outputs, node.attributes]) !== JSON.stringify([other.inputs, other.outputs, other.attributes])
    ) {
      throw notFree(name, `its ${node.op} differs with the size`);
    }
    const inputs = node.inputs.map((input) => {
      const entries = lists.get(input);
      if (entries === undefined) return input;
      const moving = entries.filter((e) => e.times !== 0).length;
      if (node.op === 'Reshape' && moving === 1)
        return int64(
          `${input}.open`,
          entries.map((e) => (e.times === 0 ? e.plus : -1)),
        );
      return compute(input, entries);
    });
    nodes.push({ ...node, inputs });
  });
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const initializers = [...a.initializers.filter((t) => !lists.has(t.name)), ...extra].filter((t) => used.has(t.name));
  return {
    nodes,
    initializers,
    inputs: openShapes(a.inputs, b.inputs, sizes, name),
    outputs: openShapes(a.outputs, b.outputs, sizes, name),
  };
}

interface Entry {
  readonly times: number;
  readonly plus: number;
}

function notFree(name: string, why: string): VerilensError {
  return new VerilensError('UNSUPPORTED', `dimension "${name}" cannot stay free: ${why}`, {
    place: 'nn exportInference',
    remedy: 'Give a number instead of a name, or build the model so that only shapes depend on the batch size.',
  });
}

/** Undefined when equal; otherwise each entry as times * size + plus. */
function compare(x: EmittedTensor, y: EmittedTensor, sizes: readonly [number, number], name: string): Entry[] | undefined {
  const same =
    x.data === y.data || (x.data.length === y.data.length && x.data.every((v, i) => v === y.data[i]) && x.shape.join() === y.shape.join());
  if (same) return undefined;
  if (!(x.data instanceof BigInt64Array) || !(y.data instanceof BigInt64Array) || x.data.length !== y.data.length)
    throw notFree(name, 'a constant depends on it');
  const other = y.data;
  return Array.from(x.data, (v, i): Entry => {
    const [first, second] = [Number(v), Number(other[i])];
    const times = (second - first) / (sizes[1] - sizes[0]);
    const plus = first - times * sizes[0];
    if (!Number.isInteger(times) || plus !== (times === 0 ? first : 0)) throw notFree(name, 'a shape is no multiple of it');
    return { times, plus };
  });
}

function openShapes(
  a: readonly EmittedValue[],
  b: readonly EmittedValue[],
  sizes: readonly [number, number],
  name: string,
): EmittedValue[] {
  return a.map((value, i) => ({
    ...value,
    shape: value.shape.map((n, d) => {
      const other = b[i]!.shape[d];
      if (n === other) return n;
      const times = (Number(other) - Number(n)) / (sizes[1] - sizes[0]);
      return times === 1 && n === sizes[0] ? name : `${times}*${name}`;
    }),
  }));
}
