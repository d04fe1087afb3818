import { wasm } from '@verilens/runtime-wasm';
import { expect, it } from 'vitest';
import { faceEmbedding } from '../src/index.ts';
import { embeddingOfPattern, farthest, TOLERANCE } from './parity-crop.ts';
import reference from './parity-crop.json' with { type: 'json' };

const network = new URL('../node_modules/faceplugin-face-recognition-js/model/fr_feature.onnx', import.meta.url).href;
const there = (await fetch(network, { method: 'HEAD' })).headers.get('content-type')?.includes('html') === false;

it.skipIf(!there).each(['wasm', 'webgpu'] as const)('%s in a page embeds as native CPU did', { timeout: 180_000 }, async (device) => {
  await using runtime = await wasm({ device, threads: 1 });
  expect(farthest(await embeddingOfPattern(runtime, network), reference.vector)).toBeLessThan(TOLERANCE[device]);
});

it.skipIf(!there)('works in a page by the address of its network', { timeout: 120_000 }, async () => {
  await using runtime = await wasm({ device: 'wasm', threads: 1 });
  await using recognizer = await faceEmbedding({ models: { embedding: network } }).create({ runtime });
  expect(recognizer.calibration?.model).toBe(recognizer.model);
  const grey = { data: new Uint8ClampedArray(4 * 128 * 128).fill(128), width: 128, height: 128 };
  expect((await recognizer.embedAll(grey)).subjects).toEqual([]);
});
