import type { EmittedNode, EmittedTensor, EmittedValue } from './emitted-graph.ts';

/**
 * x (0.5 (erf(x / sqrt 2) + 1)) as the one node that ONNX Runtime has for it, where nothing else reads a part of it: a graph
 * with the gradient shares all but the last product, a graph without is up to a twentieth faster with one pass instead of five.
 */
export function fuseGelu(
  nodes: readonly EmittedNode[],
  initializers: readonly EmittedTensor[],
  results: readonly EmittedValue[],
): EmittedNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...results.map((value) => value.name)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const scalars = new Map(initializers.filter(({ shape }) => shape.length === 0).map(({ name, data }) => [name, Number(data[0])]));
  /** The maker of `name` if it is `op` with this scalar as its second input, and `name` has no other reader. */
  const step = (name: string | undefined, op: string, scalar?: number): EmittedNode | undefined => {
    const node = name === undefined || readers.get(name) !== 1 ? undefined : makers.get(name);
    if (node?.op !== op) return undefined;
    return scalar === undefined || scalars.get(node.inputs[1]!) === Math.fround(scalar) ? node : undefined;
  };
  const gone = new Set<EmittedNode>();
  const fused = nodes.map((node): EmittedNode => {
    const [x, phi] = node.inputs;
    if (node.op !== 'Mul') return node;
    const half = step(phi, 'Mul', 0.5);
    const plusOne = step(half?.inputs[0], 'Add', 1);
    const erf = step(plusOne?.inputs[0], 'Erf');
    const scaled = step(erf?.inputs[0], 'Mul', Math.SQRT1_2);
    if (scaled === undefined || scaled.inputs[0] !== x) return node;
    for (const part of [half!, plusOne!, erf!, scaled]) gone.add(part);
    return { op: 'Gelu', domain: 'com.microsoft', inputs: [x!], outputs: node.outputs, attributes: {} };
  });
  return fused.filter((_, i) => !gone.has(nodes[i]!));
}
