import type { EmittedNode, EmittedTensor, EmittedValue } from './emitted-graph.ts';

/**
 * 0.5 (erf(x) + 1) as HardSigmoid, which is 0.5 e + 0.5 cut to 0..1: the same number, since e lies in -1..1, in one pass
 * instead of two. GELU's gradient reads it too, so it stays where `fuseGelu` finds nothing to join.
 */
export function fuseNormalCdf(
  nodes: readonly EmittedNode[],
  initializers: readonly EmittedTensor[],
  results: readonly EmittedValue[],
): EmittedNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const scalars = new Map(initializers.filter(({ shape }) => shape.length === 0).map(({ name, data }) => [name, Number(data[0])]));
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...results.map((value) => value.name)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const gone = new Set<EmittedNode>();
  const fused = nodes.map((node): EmittedNode => {
    const plusOne = node.op === 'Mul' && scalars.get(node.inputs[1]!) === 0.5 ? makers.get(node.inputs[0]!) : undefined;
    if (plusOne?.op !== 'Add' || scalars.get(plusOne.inputs[1]!) !== 1 || readers.get(node.inputs[0]!) !== 1) return node;
    const [e] = plusOne.inputs;
    if (makers.get(e!)?.op !== 'Erf') return node;
    gone.add(plusOne);
    return {
      op: 'HardSigmoid',
      domain: '',
      inputs: [e!],
      outputs: node.outputs,
      attributes: { alpha: { float: 0.5 }, beta: { float: 0.5 } },
    };
  });
  return fused.filter((_, i) => !gone.has(nodes[i]!));
}
