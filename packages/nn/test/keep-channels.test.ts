import { native } from '@verilens/runtime-native';
import { type Runtime, Tensor } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  constant,
  conv2d,
  float32,
  gather,
  input,
  keepChannels,
  leakyRelu,
  maxPool2d,
  mul,
  normaliseChannels,
  random,
  relu,
  softmax,
  writeGraph,
  type Sym,
} from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime.dispose());

const { normal } = random(3, 0);
const values = (...shape: number[]): Sym => constant(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
const picture = Float32Array.from({ length: 2 * 3 * 12 * 12 }, normal);

/** Elements of all kernels of a graph's convolutions: what computing it costs, up to the size of the picture. */
function kernels(y: Sym): number {
  const seen = new Set<Sym>();
  let total = 0;
  const visit = (sym: Sym): void => {
    if (seen.has(sym)) return;
    seen.add(sym);
    if (sym.op === 'conv2d') total += sym.inputs[1]!.shape.reduce((a, b) => a * b, 1);
    sym.inputs.forEach(visit);
  };
  visit(y);
  return total;
}

async function run(x: Sym, outputs: Readonly<Record<string, Sym>>): Promise<Record<string, Float32Array>> {
  await using session = await runtime.load(writeGraph({ inputs: { x }, outputs, target: 'native' }));
  const out = await session.run({ x: new Tensor('float32', picture, [2, 3, 12, 12]) });
  return Object.fromEntries(Object.entries(out).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

/** Convolutions, depthwise ones, an activation with a slope for each channel, statistics, pooling. */
function plain(x: Sym): Sym {
  let y = relu(conv2d(x, values(8, 3, 3, 3), values(8), { padding: 1 }));
  y = conv2d(y, values(12, 8, 1, 1));
  y = add(relu(y), mul(values(12, 1, 1), leakyRelu(y, 0.1)));
  y = conv2d(y, values(12, 1, 3, 3), values(12), { padding: 1, groups: 12 });
  y = normaliseChannels(y, values(12), values(12), values(12), constant(new Float32Array(12).fill(1), [12]));
  return maxPool2d(y, { size: 2 });
}

/** A residual block: its sum reads what its convolutions read whole. */
function residual(x: Sym): Sym {
  const stem = relu(conv2d(x, values(10, 3, 3, 3), undefined, { padding: 1 }));
  return add(stem, conv2d(relu(conv2d(stem, values(6, 10, 1, 1))), values(10, 6, 1, 1)));
}

describe('keepChannels', () => {
  it.each([
    // 8 * 27 stay; 12 * 8 and 12 * 9 become thirds
    ['a chain', plain, [1, 4, 5, 10], 8 * 27 + 4 * 8 + 4 * 9],
    // the stem and the first convolution of the branch stay, and the stem is not computed twice
    ['a residual block', residual, [0, 7], 10 * 27 + 6 * 10 + 2 * 6],
    ['another order', residual, [7, 3, 0], 10 * 27 + 6 * 10 + 3 * 6],
    ['something that mixes channels', (x: Sym) => softmax(plain(x), 1), [2, 3], 8 * 27 + 12 * 8 + 12 * 9],
  ] as const)('%s: the same values, and only what they need is computed', async (_, net, channels, cost) => {
    const x = input('x', float32([2, 3, 12, 12]));
    const y = net(x);
    const few = keepChannels(y, channels);
    expect(few.shape).toEqual([2, channels.length, ...y.shape.slice(2)]);
    expect(kernels(few)).toBe(cost);
    const wanted = gather(y, constant(Int32Array.from(channels), [channels.length]), 1);
    const out = await run(x, { few, wanted });
    const worst = out['few']!.reduce((most, v, i) => Math.max(most, Math.abs(v - out['wanted']![i]!)), 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('refuses channels that are not there or come twice', () => {
    const y = residual(input('x', float32([1, 3, 12, 12])));
    for (const channels of [[], [10], [-1], [1, 1], [0.5]]) expect(() => keepChannels(y, channels)).toThrow(/0 to 9/);
  });
});
