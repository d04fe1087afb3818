import type { Point, Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ARCFACE_TEMPLATE, alignedCrop } from '@verilens/faces';
import { inputTensor } from '../src/align.ts';
import { resolveFormat } from '../src/format.ts';
import { faceEmbedding } from '../src/index.ts';
import { embeddingOfPattern, farthest, TOLERANCE } from './parity-crop.ts';
import reference from './parity-crop.json' with { type: 'json' };
import { missing, modelPath, portrait } from './pictures.ts';

const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(SOFTWARE_VULKAN);
const here = new URL('parity-crop.json', import.meta.url);

/** Two faces found, aligned and embedded on one device; disposes of the runtime. */
async function vectors(runtime: Runtime): Promise<readonly Float32Array[]> {
  const recognizer = await faceEmbedding().create({ runtime });
  const found = [];
  for (const file of ['cage.jpg', 'kim1_crop.jpg']) found.push((await recognizer.embed(await portrait(file))).vector);
  await recognizer.dispose();
  await runtime.dispose();
  return found;
}

/** What the network alone makes of one fixed crop: a software adapter is too slow for the whole way. */
async function fromCrop(runtime: Runtime): Promise<Float32Array> {
  const image = await portrait('kim1_crop.jpg');
  const format = resolveFormat();
  const [x, y, side] = [0.5 * image.width, 0.45 * image.height, 0.5 * image.width];
  const from: Point[] = ARCFACE_TEMPLATE.map(([px, py]) => [x + ((px - 56) / 56) * side, y + ((py - 60) / 56) * side]);
  const crop = alignedCrop(image, { from, to: ARCFACE_TEMPLATE }, format.inputSize);
  const session = await runtime.load(modelPath('fr_feature.onnx'));
  const answer = await session.run({ [session.inputs[0]!.name]: inputTensor(crop, format) });
  const values = answer[session.outputs[0]!.name]!.data as Float32Array;
  await runtime.dispose();
  return values.map((value) => value / Math.hypot(...values));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

describe.skipIf(missing !== undefined)(`the same face, the same embedding${missing === undefined ? '' : ` (${missing})`}`, () => {
  const cpu = (): Promise<Runtime> => native({ device: 'cpu', threads: 1 });
  const cosine = ([a, b]: readonly Float32Array[]): number => a!.reduce((sum, value, i) => sum + value * b![i]!, 0);

  it('WASM in Node: found, aligned and embedded as on native CPU', async () => {
    const reference = await vectors(await cpu());
    const found = await vectors(await wasm({ device: 'wasm', threads: 1 }));
    expect(Math.abs(cosine(reference))).toBeLessThan(0.35);
    for (const [index, vector] of found.entries()) expect(largestDifference(vector, reference[index]!)).toBeLessThan(TOLERANCE.wasm);
    expect(Math.abs(cosine(found) - cosine(reference))).toBeLessThan(TOLERANCE.wasm);
  });

  it.skipIf(!webgpu)('native WebGPU: embedded as on native CPU (skipped without a Vulkan driver)', { timeout: 180_000 }, async () => {
    if (existsSync(SOFTWARE_VULKAN)) process.env['VK_DRIVER_FILES'] ??= SOFTWARE_VULKAN;
    expect(largestDifference(await fromCrop(await native({ device: 'webgpu' })), await fromCrop(await cpu()))).toBeLessThan(
      TOLERANCE.webgpu,
    );
  });

  it.runIf(process.env['UPDATE_PARITY'] !== undefined)('writes the reference (when UPDATE_PARITY is set)', async () => {
    await using runtime = await cpu();
    await writeFile(here, `${JSON.stringify({ vector: await embeddingOfPattern(runtime, modelPath('fr_feature.onnx')) })}\n`);
  });

  it('native CPU embeds a pattern as when the reference for pages was written', async () => {
    await using runtime = await cpu();
    expect(farthest(await embeddingOfPattern(runtime, modelPath('fr_feature.onnx')), reference.vector)).toBeLessThan(TOLERANCE.cpu);
  });
});
