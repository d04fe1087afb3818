import { existsSync } from 'node:fs';
import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { feedsOf, TINY_RUNS, tinyRunBytes } from '@verilens/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const named = process.env['VK_DRIVER_FILES'] !== undefined;
if (!named && existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] = SOFTWARE_VULKAN;

/** Absolute difference from native CPU that is allowed. */
const others: { name: string; tolerance: number; make: () => Promise<Runtime>; skip?: boolean }[] = [
  { name: 'wasm in Node', tolerance: 1e-4, make: () => wasm({ threads: 1 }) },
  {
    name: 'native webgpu',
    tolerance: 1e-3,
    make: () => native({ device: 'webgpu', threads: 1 }),
    skip: !named && !existsSync(SOFTWARE_VULKAN),
  },
];

let reference: Runtime;

beforeAll(async () => {
  reference = await native({ device: 'cpu', threads: 1 });
});

afterAll(() => reference.dispose());

for (const { name, tolerance, make, skip } of others) {
  describe.skipIf(skip === true)(`${name} against native cpu`, () => {
    let runtime: Runtime;

    beforeAll(async () => {
      runtime = await make();
    });

    afterAll(() => runtime.dispose());

    for (const entry of TINY_RUNS) {
      it(`agrees on ${entry.name}`, async () => {
        const bytes = tinyRunBytes(entry);
        const [a, b] = await Promise.all([reference, runtime].map(async (one) => (await one.load(bytes)).run(feedsOf(entry))));
        expect(Object.keys(b ?? {})).toEqual(Object.keys(a ?? {}));
        for (const [output, want] of Object.entries(a ?? {})) {
          const got = b?.[output];
          expect(got?.dims).toEqual(want.dims);
          Array.from(want.data as Float32Array, Number).forEach((value, index) =>
            expect(Math.abs(Number((got?.data as Float32Array)[index]) - value)).toBeLessThanOrEqual(tolerance),
          );
        }
      });
    }
  });
}
