import { VerilensError } from '@verilens/core';
import { withScope } from '../scope.ts';
import { importers } from './importers.ts';
import type { OnnxGraph, OnnxNode } from './onnx-file.ts';
import { Site, type Importer, type ImportRun } from './site.ts';
import { fromStored } from './ops/constants.ts';
import type { Value } from './values.ts';

/** Key of a node's operator in the importer table. */
export function operatorOf(node: OnnxNode): string {
  return node.domain === '' ? node.op : `${node.domain}:${node.op}`;
}

/** The nodes that `wanted` tensors need when the tensors in `given` are there already, in the order of the file. */
export function neededNodes(graph: OnnxGraph, wanted: readonly string[], given: (name: string) => boolean): OnnxNode[] {
  const needed = new Set(wanted);
  return graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => needed.has(name) && !given(name))) return false;
      for (const name of [...node.inputs, ...outerNames(node)]) needed.add(name);
      return true;
    })
    .toReversed();
}

/** Names that graphs inside a node's attributes use. */
function outerNames(node: OnnxNode): string[] {
  return [...node.attributes.values()].flatMap((attribute) =>
    attribute.type === 'graph'
      ? [
          ...attribute.value.nodes.flatMap((inner) => [...inner.inputs, ...outerNames(inner)]),
          ...attribute.value.outputs.map(({ name }) => name),
        ]
      : [],
  );
}

/** Imports nodes one after the other; `values` holds what they begin with and receives what they make. */
export function trace(nodes: readonly OnnxNode[], run: Omit<ImportRun, 'branch'>, values: Map<string, Value>): void {
  for (const node of nodes) {
    const label = node.name === '' ? node.outputs[0] : node.name;
    withScope(`onnx ${operatorOf(node)} "${label}"`, () => {
      const site = new Site(
        node,
        { ...run, branch: (graph) => traceBranch(graph, run, values) },
        node.inputs.map((name) => (name === '' ? undefined : lookUp(name, values))),
      );
      const made = importerOf(node, run.opset)(site);
      const results: readonly Value[] = Array.isArray(made) ? made : [made];
      node.outputs.forEach((name, i) => {
        const value = results[i];
        if (value !== undefined) values.set(name, value);
      });
    });
  }
}

function traceBranch(graph: OnnxGraph, run: Omit<ImportRun, 'branch'>, outer: ReadonlyMap<string, Value>): Value[] {
  const values = new Map([...outer, ...[...graph.initialisers].map(([name, tensor]) => [name, fromStored(tensor)] as const)]);
  trace(graph.nodes, run, values);
  return graph.outputs.map(({ name }) => lookUp(name, values));
}

function lookUp(name: string, values: ReadonlyMap<string, Value>): Value {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new VerilensError('BAD_MODEL', `tensor "${name}" is used before anything makes it`, {
    place: 'nn importOnnx',
    remedy: 'If an operator of the graph makes it as a second output that is not imported, cut the graph there with `inputs`.',
  });
}

/** The unknown operators of all nodes in one error, before any work. @throws VerilensError UNSUPPORTED */
export function checkOperators(nodes: readonly OnnxNode[], opset: number): void {
  const unknown = nodes.filter((node) => !importers.has(operatorOf(node)));
  const [first] = unknown;
  if (first !== undefined) throw unknownOperator(first, opset, [...new Set(unknown.map(operatorOf))]);
}

function importerOf(node: OnnxNode, opset: number): Importer {
  const found = importers.get(operatorOf(node));
  if (found !== undefined) return found;
  throw unknownOperator(node, opset, [operatorOf(node)]);
}

function unknownOperator(node: OnnxNode, opset: number, all: readonly string[]): VerilensError {
  return new VerilensError('UNSUPPORTED', `operator ${operatorOf(node)} (opset ${opset}) cannot be imported`, {
    place: `nn importOnnx node "${node.name === '' ? node.outputs[0] : node.name}"`,
    expected: [...importers.keys()].sort().join(', '),
    got: all.join(', '),
    remedy: 'Import only a part of the graph: end before it with `outputs`, or begin after it with `inputs`.',
  });
}
