import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hybridOrderKd } from '../src/index.ts';
import { shapePicture } from './drawn.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);
/** Allowed absolute difference from native CPU (docs/architecture.md), of any number of a unit vector and of scores. */
const TOLERANCE = { wasm: 1e-4, webgpu: 1e-3 };

/** Embeddings and scores of drawn pictures; disposes of the runtime. */
async function numbers(runtime: Runtime): Promise<readonly number[]> {
  const recognizer = await hybridOrderKd().create({ runtime });
  const found: number[] = [];
  for (const shape of [0, 1, 4]) {
    const image = shapePicture(shape, 5);
    found.push(...(await recognizer.embed(image)).vector);
    const { labels } = await recognizer.classify(image, { top: 14 });
    found.push(...recognizer.labels.map((name) => labels.find(({ label }) => label === name)!.score));
  }
  await recognizer.dispose();
  await runtime.dispose();
  return found;
}

function expectClose(found: readonly number[], reference: readonly number[], tolerance: number): void {
  expect(found.length).toBe(reference.length);
  found.forEach((value, i) => expect(Math.abs(value - reference[i]!)).toBeLessThan(tolerance));
}

describe('the same picture, the same embedding and scores', () => {
  const cpu = (): Promise<Runtime> => native({ device: 'cpu', threads: 1 });

  it('WASM in Node', async () => {
    const reference = await numbers(await cpu());
    expectClose(await numbers(await wasm({ device: 'wasm', threads: 1 })), reference, TOLERANCE.wasm);
    // two pictures are not one
    expect(reference.slice(0, 64).some((value, i) => Math.abs(value - reference[78 + i]!) > 0.05)).toBe(true);
  });

  it.skipIf(!webgpu)('native WebGPU (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
    if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
    expectClose(await numbers(await native({ device: 'webgpu' })), await numbers(await cpu()), TOLERANCE.webgpu);
  });
});
