import type { Runtime } from '@verilens/core';
import { wasm } from '@verilens/runtime-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import { opCases } from './op-cases/index.ts';
import { checkOp } from './op-check.ts';
import { mergeResults, oneRowPerOp, resultsFile, type OpError } from './op-results.ts';

/** Set to write packages/nn/results: then both devices run every row. */
const record = (import.meta as { readonly env?: Readonly<Record<string, unknown>> }).env?.['VITE_OP_TABLE'] !== undefined;

/** The op table in a real page: a row for each op, because all rows run in Node and shaders are compiled on the processor here. */
const rows = record ? opCases : oneRowPerOp(opCases);
const DEVICES = [
  { name: 'WASM in Chromium', device: 'wasm' },
  { name: 'WebGPU in Chromium', device: 'webgpu' },
] as const;

describe.each(DEVICES)('$name', ({ name, device }) => {
  let runtime: Runtime;
  const errors: OpError[] = [];
  beforeAll(async () => {
    runtime = await wasm({ device, threads: 1 });
  });
  afterAll(async () => {
    await runtime?.dispose();
    if (!record) return;
    const file = `packages/nn/results/${resultsFile(name)}`;
    const before = await commands.readFile(file).catch(() => undefined);
    await commands.writeFile(file, mergeResults(name, before, errors, opCases));
  });
  it.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const { worst, where, tolerance } = await checkOp(row, runtime);
    errors.push({ row: row.name, ops: row.covers, error: worst });
    expect(worst, where).toBeLessThanOrEqual(tolerance);
  });
});
