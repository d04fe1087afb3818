import { VerilensError } from '@verilens/core';
import { ancestors } from '../gradients.ts';
import { lowerings, type Lowering, type LoweringSite } from '../lowerings.ts';
import type { Op, Ops } from '../op-types.ts';
import { describe, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';
import type { EmittedGraph, EmittedNode, EmittedValue } from './emitted-graph.ts';
import { Emitter } from './emitter.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { fuseNormalCdf } from './fuse-normal-cdf.ts';

export interface GraphRequest {
  /** Graph inputs by name; a Sym of op `input`. Inputs that nothing uses stay in the signature. */
  readonly inputs: Readonly<Record<string, Sym>>;
  readonly outputs: Readonly<Record<string, Sym>>;
  readonly target: Target;
  /** Values of input Syms that are to be stored in the graph, under the given names. */
  readonly stored?: ReadonlyMap<Sym, { readonly name: string; readonly data: Float32Array }>;
}

/** Turns symbolic tensors into ONNX nodes for one target. */
export function lowerGraph(request: GraphRequest): EmittedGraph {
  const { inputs, outputs, target, stored } = request;
  const e = new Emitter(target);
  const names = new Map<number, string>();
  const values: EmittedValue[] = Object.entries(inputs).map(([name, sym]) => {
    names.set(sym.id, name);
    return { name, shape: sym.shape, dtype: sym.dtype };
  });
  for (const [sym, { name, data }] of stored ?? []) names.set(sym.id, e.tensor(data, sym.shape, name));
  const order = ancestors(Object.values(outputs));
  const readers = new Map<number, number>();
  for (const { id } of [...order.flatMap((sym) => sym.inputs), ...Object.values(outputs)]) readers.set(id, (readers.get(id) ?? 0) + 1);
  for (const sym of order) {
    if (!names.has(sym.id)) names.set(sym.id, emit(e, sym, names, readers));
  }
  const results = nameOutputs(e, outputs, names);
  const used = usedNodes(e.nodes, results);
  const nodes = e.target === 'webgpu' ? used : fuseNormalCdf(fuseGelu(used, e.initializers, results), e.initializers, results);
  dropUnusedOutputs(nodes, results);
  const read = new Set(nodes.flatMap((node) => node.inputs));
  return { inputs: values, outputs: results, nodes, initializers: e.initializers.filter(({ name }) => read.has(name)) };
}

/** Nodes that a result depends on: a lowering may have found a better form of what another wrote. */
function usedNodes(nodes: readonly EmittedNode[], results: readonly EmittedValue[]): EmittedNode[] {
  const wanted = new Set(results.map(({ name }) => name));
  return nodes
    .toReversed()
    .filter((node) => {
      const used = node.outputs.some((name) => wanted.has(name));
      if (used) for (const name of node.inputs) wanted.add(name);
      return used;
    })
    .toReversed();
}

function emit(e: Emitter, sym: Sym, names: ReadonlyMap<number, string>, readers: ReadonlyMap<number, number>): string {
  if (sym.op === 'constant') return e.tensor((sym.attrs as Ops['constant']['attrs']).data, sym.shape);
  if (sym.op === 'input') {
    const { name } = sym.attrs as Ops['input']['attrs'];
    throw new VerilensError('UNKNOWN_NAME', `the graph uses input "${name}" that is not among its inputs`, {
      place: 'nn graph',
      got: describe(sym),
      remedy: 'Declare it as an input, or do not use it here.',
    });
  }
  // the table is typed by op; here the op is known only at run time
  const lowering = lowerings[sym.op] as Lowering<Op>;
  return lowering(e, {
    names: sym.inputs.map((x) => names.get(x.id)!),
    inputs: sym.inputs,
    attrs: sym.attrs,
    shape: sym.shape,
    alone: sym.inputs.map((x) => readers.get(x.id) === 1),
  } as unknown as LoweringSite<Op>);
}

/** Ops whose outputs after the first may be left out: statistics and positions that only a gradient reads. */
const OPTIONAL_OUTPUTS: ReadonlySet<string> = new Set(['MaxPool', 'LayerNormalization']);

/** Kernels compute an optional output that is named even where nobody reads it, and some devices cannot. */
function dropUnusedOutputs(nodes: readonly EmittedNode[], results: readonly EmittedValue[]): void {
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...results.map(({ name }) => name)]);
  for (const node of nodes) {
    if (!OPTIONAL_OUTPUTS.has(node.op)) continue;
    const last = node.outputs.findLastIndex((name) => used.has(name));
    node.outputs = node.outputs.slice(0, last + 1);
  }
}

/** Gives results their public names: renames the node output where it is free, copies otherwise. */
function nameOutputs(e: Emitter, outputs: Readonly<Record<string, Sym>>, names: ReadonlyMap<number, string>): EmittedValue[] {
  const made = new Set(e.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const values = Object.entries(outputs).map(([name, sym]): EmittedValue => {
    const source = names.get(sym.id)!;
    if (made.has(source) && !renamed.has(source)) renamed.set(source, name);
    else e.nodes.push({ op: 'Identity', domain: '', inputs: [source], outputs: [name], attributes: {} });
    return { name, shape: sym.shape, dtype: sym.dtype };
  });
  const rename = (name: string): string => renamed.get(name) ?? name;
  for (const node of e.nodes) {
    node.inputs = node.inputs.map(rename);
    node.outputs = node.outputs.map(rename);
  }
  return values;
}
