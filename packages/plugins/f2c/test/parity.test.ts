import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import reference from './parity-reference.json' with { type: 'json' };
import { parityScores, TOLERANCE } from './parity-scores.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);

function expectClose(found: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(reference.scores.length);
  reference.scores.forEach((score, i) => expect(Math.abs(found[i]! - score)).toBeLessThan(tolerance));
}

/** The page's half of this is parity.browser.test.ts, against the same committed reference. */
describe('the same picture, the same score', () => {
  beforeAll(() => {
    if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
  });

  it('native CPU gives the committed reference, which differs from tile to tile', async () => {
    expectClose(await parityScores(await native({ device: 'cpu', threads: 1 })), 1e-5);
    expect(new Set(reference.scores).size).toBeGreaterThan(3);
  });

  it('WASM in Node', async () => {
    expectClose(await parityScores(await wasm({ device: 'wasm', threads: 1 })), TOLERANCE.wasm);
  });

  it.skipIf(!webgpu)('native WebGPU (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
    expectClose(await parityScores(await native({ device: 'webgpu' })), TOLERANCE.webgpu);
  });
});
