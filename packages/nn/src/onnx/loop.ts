import type { EmittedGraph, EmittedNode, EmittedValue } from './emitted-graph.ts';

export interface LoopPlan {
  /** Inputs and the outputs that take their place in the next turn. */
  readonly carried: readonly { readonly input: string; readonly output: string }[];
  /** Inputs that are new in each turn: the loop takes them stacked along a new first axis. At least one. */
  readonly stacked: readonly string[];
  /** Scalar outputs, none of them below zero but the first: the loop ends after a turn in which one is not finite. */
  readonly finite: readonly [string, string];
}

/** Name of the new first axis. */
const TURNS = 'turns';

/**
 * A graph that does the work of `graph` several times in one run, with the same names: as often as its stacked inputs are long.
 * Carried values are those after the last turn, other outputs are stacked, one for each turn that was begun. Inputs that are
 * neither carried nor stacked are the same in every turn.
 */
export function loopOf(graph: EmittedGraph, { carried, stacked, finite }: LoopPlan): EmittedGraph {
  const nextOf = new Map(carried.map(({ input, output }) => [output, input]));
  const turned = new Set([...carried.map(({ input }) => input), ...stacked, ...graph.outputs.map(({ name }) => name)]);
  // names of a body must not be those of the graph around it
  const inner = (name: string): string => (turned.has(name) ? `turn.${name}` : name);
  const inside = (value: EmittedValue): EmittedValue => ({ ...value, name: inner(value.name) });
  const node = (op: string, inputs: string[], output: string): EmittedNode => ({
    op,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  const inputs = new Map(graph.inputs.map((value) => [value.name, value]));
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  const results = [...carried.map(({ output }) => output), ...[...outputs.keys()].filter((name) => !nextOf.has(name))];

  const nodes = graph.nodes.map((own) => ({ ...own, inputs: own.inputs.map(inner), outputs: own.outputs.map(inner) }));
  const read = new Set(nodes.flatMap((own) => own.inputs));
  const cuts = stacked.filter((name) => read.has(inner(name))).map((name) => node('Gather', [name, '#turn'], inner(name)));
  const [signed, positive] = finite.map(inner) as [string, string];
  const checked = 1 + nodes.findLastIndex((own) => own.outputs.includes(signed) || own.outputs.includes(positive));
  const goesOn = [
    node('Abs', [signed], '#size'),
    node('Less', ['#size', '#inf'], '#finite.0'),
    node('Less', [positive, '#inf'], '#finite.1'),
    node('And', ['#finite.0', '#finite.1'], '#goes on'),
  ];
  const body: EmittedGraph = {
    inputs: [
      { name: '#turn', shape: [], dtype: 'int64' },
      { name: '#going', shape: [], dtype: 'bool' },
      ...carried.map(({ input }) => inside(inputs.get(input)!)),
    ],
    outputs: [{ name: '#goes on', shape: [], dtype: 'bool' }, ...results.map((name) => inside(outputs.get(name)!))],
    // where its operands are made: what stands last is computed first
    nodes: [...cuts, ...nodes.slice(0, checked), ...goesOn, ...nodes.slice(checked)],
    initializers: [...graph.initializers, { name: '#inf', shape: [], data: Float32Array.of(Infinity) }],
  };
  return {
    inputs: graph.inputs.map((value) => (stacked.includes(value.name) ? stack(value) : value)),
    outputs: graph.outputs.map((value) => (nextOf.has(value.name) ? value : stack(value))),
    nodes: [
      { op: 'Shape', domain: '', inputs: [stacked[0]!], outputs: ['#turns'], attributes: { start: { int: 0 }, end: { int: 1 } } },
      {
        op: 'Loop',
        domain: '',
        inputs: ['#turns', '', ...carried.map(({ input }) => input)],
        outputs: results,
        attributes: { body: { graph: body } },
      },
    ],
    initializers: [],
  };
}

const stack = (value: EmittedValue): EmittedValue => ({ ...value, shape: [TURNS, ...value.shape] });
