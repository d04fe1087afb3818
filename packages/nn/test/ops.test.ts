import { readFile, writeFile } from 'node:fs/promises';
import type { Runtime } from '@verilens/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../src/index.ts';
import { devices } from './devices.ts';
import { opCases } from './op-cases/index.ts';
import { checkOp } from './op-check.ts';
import { mergeResults, resultsFile, type OpError } from './op-results.ts';

it('covers every op of the rule table', () => {
  const covered = new Set(opCases.flatMap((row) => row.covers));
  expect(Object.keys(rules).filter((op) => !covered.has(op as keyof typeof rules))).toEqual(['input', 'constant']);
});

it('has errors of every op recorded (mend with: VITE_OP_TABLE=1 npm test -- packages/nn/test/ops, then npm run tables)', async () => {
  for (const device of ['native CPU', 'WASM', 'native WebGPU', 'WASM in Chromium', 'WebGPU in Chromium']) {
    const { rows } = JSON.parse(await readFile(new URL(`../results/${resultsFile(device)}`, import.meta.url), 'utf8')) as {
      rows: OpError[];
    };
    const recorded = new Set(rows.flatMap(({ ops }) => ops));
    expect(
      Object.keys(rules).filter((op) => !recorded.has(op as keyof typeof rules)),
      device,
    ).toEqual(['input', 'constant']);
  }
});

for (const { name, open, skip } of devices) {
  describe.skipIf(skip !== undefined)(skip === undefined ? name : `${name} (skipped: ${skip})`, () => {
    let runtime: Runtime;
    beforeAll(async () => {
      runtime = await open();
    });
    const errors: OpError[] = [];
    afterAll(async () => {
      await runtime?.dispose();
      if (process.env['VITE_OP_TABLE'] === undefined) return;
      const file = new URL(`../results/${resultsFile(name)}`, import.meta.url);
      const before = await readFile(file, 'utf8').catch(() => undefined);
      await writeFile(file, mergeResults(name, before, errors, opCases));
    });
    it.each(opCases.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const { worst, where, tolerance } = await checkOp(row, runtime);
      errors.push({ row: row.name, ops: row.covers, error: worst });
      expect(worst, where).toBeLessThanOrEqual(tolerance);
    });
  });
}
