import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { addAll, constant, gradients, input, mul, random, sum, targetOf, writeGraph, type Sym } from '../src/index.ts';
import { familyOf } from '../src/target.ts';
import type { OpCase } from './op-cases/op-case.ts';
import type { Ref } from './reference.ts';

const STEP = 1e-3;
/** Largest error allowed, relative to the largest expected magnitude (at least 1). */
const TOLERANCE = { native: 2e-5, wasm: 2e-5, webgpu: 2e-4 };

interface Expected {
  readonly name: string;
  readonly data: Float64Array;
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function drawInputs(at: OpCase): Ref[] {
  const { low = -1.5, high = 1.5 } = at;
  const { uniform, below } = random(1, at.name);
  const count = at.inputs.reduce((n, shape) => n + size(shape), 0);
  // for kinks and ties: distinct values on a grid, none at a whole or half number
  const grid = Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.37)) / count);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [grid[i], grid[j]] = [grid[j]!, grid[i]!];
  }
  let next = 0;
  return at.inputs.map((shape) => ({
    shape,
    data: Float64Array.from({ length: size(shape) }, () =>
      Math.fround(at.spread === true ? grid[next++]! : low + (high - low) * uniform()),
    ),
  }));
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum_, v, i) => sum_ + v * b[i]!, 0);

/** Value, gradient of <value, w> and gradient of <gradient, u>, from the reference alone: exact values and differences in double precision. */
function expectations(at: OpCase, inputs: readonly Ref[]): { weights: Float64Array; directions: Float64Array[]; expected: Expected[] } {
  const { order = 2 } = at;
  const value = at.reference(...inputs);
  const { uniform } = random(2, at.name);
  const noise = (n: number): Float64Array => Float64Array.from({ length: n }, () => Math.fround(2 * uniform() - 1));
  const weights = noise(value.data.length);
  const directions = inputs.map((x) => noise(x.data.length));
  const expected: Expected[] = [{ name: 'value', data: value.data }];
  const score = (x: readonly Ref[]): number => dot(at.reference(...x).data, weights);
  const moved = (along: number, input_?: number, element?: number, by = 0): Ref[] =>
    inputs.map((x, i) => ({
      shape: x.shape,
      data: x.data.map((v, e) => v + along * directions[i]![e]! + (i === input_ && e === element ? by : 0)),
    }));
  if (order >= 1) {
    inputs.forEach((x, i) => {
      const slope = (along: number): Float64Array =>
        x.data.map((_, e) => (score(moved(along, i, e, STEP)) - score(moved(along, i, e, -STEP))) / (2 * STEP));
      expected.push({ name: `gradient ${i}`, data: slope(0) });
      if (order === 2) {
        const [ahead, behind] = [slope(STEP), slope(-STEP)];
        expected.push({ name: `second gradient ${i}`, data: ahead.map((v, e) => (v - behind[e]!) / (2 * STEP)) });
      }
    });
  }
  return { weights, directions, expected };
}

const known = new Map<OpCase, ReturnType<typeof expectations>>();

/** The expectations of a row, worked out once for all runtimes. */
function expectationsOf(at: OpCase, inputs: readonly Ref[]): ReturnType<typeof expectations> {
  const found = known.get(at) ?? expectations(at, inputs);
  known.set(at, found);
  return found;
}

/** Runs one row on a runtime and gives the largest relative error and where it is. */
export async function checkOp(at: OpCase, runtime: Runtime): Promise<{ worst: number; where: string; tolerance: number }> {
  const { order = 2 } = at;
  const values = drawInputs(at);
  const { weights, directions, expected } = expectationsOf(at, values);
  const inputs = Object.fromEntries(values.map((x, i) => [`x${i}`, input(`x${i}`, { shape: x.shape, dtype: 'float32' })]));
  const syms = Object.values(inputs);
  const y = at.build(...syms);
  const outputs: Record<string, Sym> = { value: y };
  if (order >= 1) {
    const score = sum(mul(y, constant(Float32Array.from(weights), y.shape)));
    const first = gradients(score, syms);
    first.forEach((g, i) => (outputs[`gradient ${i}`] = g));
    if (order === 2) {
      const along = addAll(first.map((g, i) => sum(mul(g, constant(Float32Array.from(directions[i]!), g.shape)))));
      gradients(along, syms).forEach((g, i) => (outputs[`second gradient ${i}`] = g));
    }
  }
  const target = targetOf(runtime);
  const session = await runtime.load(writeGraph({ inputs, outputs, target }), { name: at.name });
  try {
    const feeds: TensorMap = Object.fromEntries(values.map((x, i) => [`x${i}`, new Tensor('float32', Float32Array.from(x.data), x.shape)]));
    const results = await session.run(feeds);
    let worst = 0;
    let where = '';
    for (const { name, data } of expected) {
      const got = results[name]!.data as Float32Array;
      const scale = data.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
      if (got.length !== data.length)
        return { worst: Infinity, where: `${name}: ${got.length} values instead of ${data.length}`, tolerance: 0 };
      data.forEach((v, i) => {
        const off = Math.abs(got[i]! - v) / scale;
        // a NaN would be forgotten by the next comparison
        const error = Number.isNaN(off) ? Infinity : off;
        if (error > worst) {
          worst = error;
          where = `${name}[${i}]: expected ${v}, got ${got[i]}`;
        }
      });
    }
    return { worst, where, tolerance: TOLERANCE[familyOf(target)] };
  } finally {
    await session.dispose();
  }
}
