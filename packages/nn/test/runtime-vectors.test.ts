import type { Runtime, TensorMap } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { describe, expect, it } from 'vitest';
import { gradients, input, sum, writeGraph, type Sym, type Target } from '../src/index.ts';
import { readOnnx } from '../src/import/read-onnx.ts';
import { devices } from './devices.ts';
import { opCases } from './op-cases/index.ts';
import { asTensor, difference, findVectors, runOnce, vectorsMissing, type Vector } from './onnx-vectors.ts';

const TOLERANCE = { cpu: 1e-5, wasm: 1e-5, webgpu: 1e-3 };
/** Element types that our writer uses. */
const TYPES = ['float32', 'int32', 'int64', 'bool'];

/** Operators that our writer emits for any target, forwards and backwards. */
function emittedOperators(): Set<string> {
  const found = new Set<string>();
  for (const row of opCases) {
    const syms = row.inputs.map((shape, i) => input(`x${i}`, { shape, dtype: 'float32' }));
    const inputs = Object.fromEntries(syms.map((sym, i) => [`x${i}`, sym]));
    const y = row.build(...syms);
    const slopes = row.order === 0 ? [] : gradients(sum(y), syms);
    const outputs: Record<string, Sym> = { y, ...Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])) };
    for (const target of ['native', 'wasm', 'webgpu'] satisfies Target[])
      for (const node of readOnnx(writeGraph({ inputs, outputs, target })).graph.nodes) if (node.domain === '') found.add(node.op);
  }
  return found;
}

const emitted = emittedOperators();
const candidates = findVectors()
  .flatMap((found) => ('vector' in found ? [found.vector] : []))
  .filter(({ file }) => file.graph.nodes.length > 0 && file.graph.nodes.every(({ op, domain }) => domain === '' && emitted.has(op)));

/** Why a vector is not run, or undefined. */
function notApplicable({ name, file }: Vector): string | undefined {
  if (![...file.graph.inputs, ...file.graph.outputs].every(({ type }) => TYPES.includes(type!)))
    return 'element types that we do not write';
  // parts of ONNX Runtime's kernels begin at version 7
  if (file.opset < 7 && file.opset !== 1) return 'opset below 7';
  if (/^test_resize_downsample_scales_(linear|cubic)_align_corners$/.test(name))
    return 'takes a fractional output size; ONNX Runtime takes the whole one';
  return undefined;
}

const typed = candidates.filter((vector) => notApplicable(vector) === undefined);

async function check(runtime: Runtime, { name, model, file, sets }: Vector): Promise<number> {
  let worst = 0;
  for (const { inputs, outputs } of sets) {
    const feeds: TensorMap = Object.fromEntries(file.graph.inputs.map((value, i) => [value.name, asTensor(inputs[i]!)!]));
    const results = await runOnce(runtime, model, name, feeds);
    file.graph.outputs.forEach((value, i) => (worst = Math.max(worst, difference(results[value.name]!, outputs[i]!))));
  }
  return worst;
}

/** One vector for each operator. */
function onePerOperator(vectors: readonly Vector[]): Vector[] {
  const seen = new Set<string>();
  return vectors.filter(({ file }) => {
    const ops = file.graph.nodes.map(({ op }) => op);
    const fresh = ops.some((op) => !seen.has(op));
    for (const op of ops) seen.add(op);
    return fresh;
  });
}

const RUNTIMES = [
  { name: 'native CPU', open: () => native({ device: 'cpu', threads: 1 }), vectors: typed, skip: undefined },
  { name: 'WASM', open: () => wasm({ device: 'wasm', threads: 1 }), vectors: typed, skip: undefined },
  // one for each operator; the vectors hold int64 tensors, so parts may run on the processor
  {
    name: 'native WebGPU',
    open: () => native({ device: 'webgpu', threads: 1 }),
    vectors: onePerOperator(typed),
    skip: devices.find(({ name }) => name === 'native WebGPU')?.skip,
  },
] as const;

describe.skipIf(vectorsMissing !== undefined)(
  `operator vectors of what our writer emits${vectorsMissing === undefined ? '' : ` (skipped: ${vectorsMissing})`}`,
  () => {
    it('covers the operators we emit, and says why a vector is not run', () => {
      const tried = new Set(typed.flatMap(({ file }) => file.graph.nodes.map(({ op }) => op)));
      const untried = [...emitted].filter((op) => !tried.has(op)).sort();
      // Cast and CumSum, whose vectors are of types that we do not write
      expect(untried.length, untried.join(', ')).toBeLessThan(0.1 * emitted.size);
      const reasons: Record<string, number> = {};
      for (const why of candidates.map(notApplicable)) if (why !== undefined) reasons[why] = (reasons[why] ?? 0) + 1;
      console.log(`operator vectors: ${typed.length} run, not applicable: ${JSON.stringify(reasons)}`);
      expect(typed.length).toBeGreaterThan(0.6 * candidates.length);
    });
    for (const { name, open, vectors, skip } of RUNTIMES)
      it.skipIf(skip !== undefined)(skip === undefined ? name : `${name} (skipped: ${skip})`, { timeout: 120_000 }, async () => {
        await using runtime = await open();
        const failed: string[] = [];
        for (const vector of vectors) {
          const error = await check(runtime, vector).catch((error: unknown) => String(error).slice(0, 200));
          if (typeof error === 'string' || !(error <= TOLERANCE[runtime.device as 'cpu'])) failed.push(`${vector.name}: ${error}`);
        }
        expect(failed).toEqual([]);
      });
  },
);
