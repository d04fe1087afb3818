import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { faceEmbedding } from '../src/index.ts';
import { missing, portrait } from './pictures.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);
/** Allowed absolute difference from native CPU (docs/architecture.md), of any number of a unit vector and of cosines. */
const TOLERANCE = { wasm: 1e-4, webgpu: 1e-3 };

/** Two faces found, aligned and embedded on one device; disposes of the runtime. */
async function vectors(runtime: Runtime): Promise<readonly Float32Array[]> {
  const recognizer = await faceEmbedding().create({ runtime });
  const found = [];
  for (const file of ['cage.jpg', 'kim1_crop.jpg']) found.push((await recognizer.embed(await portrait(file))).vector);
  await recognizer.dispose();
  await runtime.dispose();
  return found;
}

describe.skipIf(missing !== undefined)(`the same face, the same embedding${missing === undefined ? '' : ` (${missing})`}`, () => {
  let reference: readonly Float32Array[];
  beforeAll(async () => {
    if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
    reference = await vectors(await native({ device: 'cpu', threads: 1 }));
  });

  function expectClose(found: readonly Float32Array[], tolerance: number): void {
    for (const [index, vector] of found.entries()) {
      expect(Math.max(...vector.map((value, i) => Math.abs(value - reference[index]![i]!)))).toBeLessThan(tolerance);
    }
    const cosine = ([a, b]: readonly Float32Array[]): number => a!.reduce((sum, value, i) => sum + value * b![i]!, 0);
    expect(Math.abs(cosine(found) - cosine(reference))).toBeLessThan(tolerance);
  }

  it('native CPU gives two faces two directions', () => {
    const [a, b] = reference as readonly [Float32Array, Float32Array];
    expect(Math.abs(a.reduce((sum, value, i) => sum + value * b[i]!, 0))).toBeLessThan(0.35);
  });

  it('WASM in Node', async () => {
    expectClose(await vectors(await wasm({ device: 'wasm', threads: 1 })), TOLERANCE.wasm);
  });

  it.skipIf(!webgpu)('native WebGPU (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
    expectClose(await vectors(await native({ device: 'webgpu' })), TOLERANCE.webgpu);
  });
});
