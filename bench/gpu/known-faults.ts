import { Tensor, type Runtime } from '@verilens/core';
import { random } from '@verilens/nn';
import { Graph } from '../lowerings/graph.ts';

/** A node that the graph writer of `@verilens/nn` never writes for WebGPU, because it was wrong or refused on some adapter. */
interface Fault {
  readonly name: string;
  readonly x: readonly number[];
  readonly result: readonly number[];
  readonly node: (g: Graph) => string;
}

export interface FaultOutcome {
  readonly name: string;
  /** Largest difference from native CPU relative to the largest number there, or what the engine said. */
  readonly found: number | string;
}

const noise = (name: string, shape: readonly number[]): Float32Array => {
  const { uniform } = random(5, name);
  return Float32Array.from({ length: shape.reduce((a, n) => a * n, 1) }, () => uniform() - 0.5);
};

/** 3x3 from `inputs` to `outputs` channels of an 8x8 picture. */
function convolution(inputs: number, outputs: number, group: number): Fault {
  const w = [outputs, inputs / group, 3, 3];
  return {
    name: `Conv 3x3, ${inputs} to ${outputs} channels${group === 1 ? '' : ` in ${group} groups`}`,
    x: [2, inputs, 8, 8],
    result: [2, outputs, 8, 8],
    node: (g) => g.node('Conv', ['x', g.floats([...noise('w', w)], w)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group }),
  };
}

function transposed(groups: number, each: number): Fault {
  const w = [groups * each, 1, 3, 3];
  return {
    name: `ConvTranspose 3x3, ${groups} groups of ${each} inputs and one output`,
    x: [2, groups * each, 8, 8],
    result: [2, groups, 8, 8],
    node: (g) =>
      g.node('ConvTranspose', ['x', g.floats([...noise('w', w)], w)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: groups }),
  };
}

function attention(tokens: number): Fault {
  const shape = [1, tokens, 192];
  return {
    name: `MultiHeadAttention of ${tokens} tokens`,
    x: shape,
    result: shape,
    node: (g) => {
      const [k, v] = ['k', 'v'].map((name) => g.floats([...noise(name, shape)], shape));
      return g.node('MultiHeadAttention', ['x', k!, v!], { num_heads: 3 }, 'com.microsoft');
    },
  };
}

const split = (parts: number): Fault => ({
  name: `Split into ${parts}`,
  x: [parts, 8],
  result: [1, 8],
  node: (g) => {
    const each = g.nodeParts('Split', ['x', g.ints(new Array<number>(parts).fill(1))], parts, { axis: 0 });
    return g.node('Sub', [each[parts - 1]!, each[0]!]);
  },
});

const joined = (parts: number): Fault => ({
  name: `Concat of ${parts}`,
  x: [1, 8],
  result: [parts, 8],
  node: (g) =>
    g.node(
      'Concat',
      Array.from({ length: parts }, (_, i) => g.node('Add', ['x', g.scalar(i)])),
      { axis: 0 },
    ),
});

const FAULTS: readonly Fault[] = [
  convolution(6, 8, 1),
  convolution(9, 16, 1),
  convolution(15, 4, 1),
  convolution(4, 36, 4),
  convolution(12, 20, 4),
  transposed(3, 2),
  transposed(2, 4),
  attention(17),
  attention(197),
  split(9),
  split(12),
  joined(8),
  joined(16),
];

/** Runs each of them on a runtime and on the CPU. */
export async function tryKnownFaults(runtime: Runtime, cpu: Runtime): Promise<FaultOutcome[]> {
  const outcomes: FaultOutcome[] = [];
  for (const fault of FAULTS) outcomes.push({ name: fault.name, found: await difference(fault, runtime, cpu) });
  return outcomes;
}

async function difference(fault: Fault, runtime: Runtime, cpu: Runtime): Promise<number | string> {
  const g = new Graph([{ name: 'x', dtype: 'float32', shape: fault.x }]);
  const model = g.bytes([fault.node(g)], [fault.result]);
  const answer = async (on: Runtime): Promise<Float32Array> => {
    await using session = await on.load(model, { name: fault.name });
    const { y0 } = await session.run({ x: new Tensor('float32', noise('x', fault.x), fault.x) });
    return y0!.data as Float32Array;
  };
  const wanted = await answer(cpu);
  try {
    const found = await answer(runtime);
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = wanted.reduce((most, value, i) => {
      const off = Math.abs(value - found[i]!) / largest;
      return off > most || Number.isNaN(off) ? off : most;
    }, 0);
    return Number(error.toExponential(1));
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 160);
  }
}
