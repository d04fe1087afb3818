import { existsSync } from 'node:fs';
import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../src/index.ts';
import { opCases } from './op-cases.ts';
import { checkOp } from './op-check.ts';

/** Debian chromium's software Vulkan driver, used when no other is named. */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
const vulkan = existsSync(process.env['VK_DRIVER_FILES']);

const devices: { name: string; open: () => Promise<Runtime>; skip?: string }[] = [
  { name: 'native CPU', open: () => native({ device: 'cpu', threads: 1 }) },
  { name: 'WASM', open: () => wasm({ device: 'wasm', threads: 1 }) },
  { name: 'native WebGPU', open: () => native({ device: 'webgpu', threads: 1 }), ...(vulkan ? {} : { skip: 'no Vulkan driver' }) },
];

it('covers every op of the rule table', () => {
  const covered = new Set(opCases.flatMap((row) => row.covers));
  expect(Object.keys(rules).filter((op) => !covered.has(op as keyof typeof rules))).toEqual(['input', 'constant']);
});

for (const { name, open, skip } of devices) {
  describe.skipIf(skip !== undefined)(skip === undefined ? name : `${name} (skipped: ${skip})`, () => {
    let runtime: Runtime;
    beforeAll(async () => {
      runtime = await open();
    });
    afterAll(() => runtime?.dispose());
    it.each(opCases.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const { worst, where, tolerance } = await checkOp(row, runtime);
      expect(worst, where).toBeLessThanOrEqual(tolerance);
    });
  });
}
