import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import card from '../models/student.json' with { type: 'json' };
import reference from './parity-student.json' with { type: 'json' };
import { farthest, numbersOf, TOLERANCE } from './parity-student.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);

it.runIf(process.env['UPDATE_PARITY'] !== undefined)('writes the reference (when UPDATE_PARITY is set)', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const document = { sha256: card.sha256, numbers: await numbersOf(runtime) };
  await writeFile(new URL('parity-student.json', import.meta.url), `${JSON.stringify(document)}\n`);
});

describe('the same picture, the same embedding and scores', () => {
  it('as when the reference was written, by the weights that are shipped', async () => {
    expect(reference.sha256).toBe(card.sha256);
    await using runtime = await native({ device: 'cpu', threads: 1 });
    expect(farthest(await numbersOf(runtime), reference.numbers)).toBeLessThan(TOLERANCE.cpu);
    // two pictures are not one
    expect(farthest(reference.numbers.slice(0, 64), reference.numbers.slice(78, 142))).toBeGreaterThan(0.05);
  });

  it('WASM in Node', async () => {
    await using runtime = await wasm({ device: 'wasm', threads: 1 });
    expect(farthest(await numbersOf(runtime), reference.numbers)).toBeLessThan(TOLERANCE.wasm);
  });

  it.skipIf(!webgpu)('native WebGPU (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
    if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
    await using runtime = await native({ device: 'webgpu' });
    expect(farthest(await numbersOf(runtime), reference.numbers)).toBeLessThan(TOLERANCE.webgpu);
  });
});
