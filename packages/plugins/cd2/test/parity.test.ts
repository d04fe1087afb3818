import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { cd2 } from '../src/index.ts';
import reference from './parity-learner.json' with { type: 'json' };
import { bytesOf, farthest, parityOf, TOLERANCE } from './parity-learner.ts';
import { lessonOfStripes } from './pictures.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);
const here = new URL('parity-learner.json', import.meta.url);

it.runIf(process.env['UPDATE_PARITY'] !== undefined)('writes the reference (when UPDATE_PARITY is set)', { timeout: 60_000 }, async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
  await learner.learn(lessonOfStripes([0, 2, 5], 8));
  await learner.learn(lessonOfStripes([3], 3));
  const file = await learner.save();
  const answers = await parityOf(runtime, file);
  await writeFile(here, `${JSON.stringify({ file: Buffer.from(file).toString('base64'), ...answers })}\n`);
});

it('says of the committed learner what was said when it was written, and learns on', { timeout: 60_000 }, async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const { scores, after } = await parityOf(runtime, bytesOf(reference));
  expect(farthest(scores, reference)).toBeLessThan(TOLERANCE.cpu);
  expect(after).toEqual(reference.after);
});

it('WASM in Node goes on from the same file', { timeout: 60_000 }, async () => {
  await using runtime = await wasm({ device: 'wasm', threads: 1 });
  const { scores, after } = await parityOf(runtime, bytesOf(reference));
  expect(farthest(scores, reference)).toBeLessThan(TOLERANCE.wasm);
  expect(after).toEqual(reference.after);
});

it.skipIf(!webgpu)('native WebGPU goes on from it too (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
  if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
  await using runtime = await native({ device: 'webgpu' });
  const { scores, after } = await parityOf(runtime, bytesOf(reference));
  expect(farthest(scores, reference)).toBeLessThan(TOLERANCE.webgpu);
  expect(after).toEqual(reference.after);
});
