import { Tensor, type Runtime } from '@verilens/core';
import { plainProducts } from '@verilens/core/runtime-kit';
import { onnxBytes, type TinyAttribute, type TinyModel, type TinyNode } from '@verilens/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native } from '../src/index.ts';
import { hasSoftwareVulkan, useSoftwareVulkan } from './software-vulkan.ts';

const fused = (inputs: readonly string[], attributes: readonly TinyAttribute[]): TinyNode => ({
  op: 'FusedMatMul',
  domain: 'com.microsoft',
  inputs,
  outputs: ['y'],
  attributes,
});
const model = (before: readonly TinyNode[], product: TinyNode, initializers: TinyModel['initializers'] = []): Uint8Array =>
  onnxBytes({
    inputs: [
      { name: 'a', dtype: 'float32', shape: [2, 3, 4] },
      { name: 'b', dtype: 'float32', shape: [2, 5, 4] },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['p', 'q', 'r'] }],
    nodes: [...before, product],
    initializers,
    domains: ['com.microsoft'],
  });
const turnedB: TinyAttribute[] = [
  { name: 'transB', int: 1 },
  { name: 'alpha', float: 0.25 },
];

const MODELS: Readonly<Record<string, Uint8Array>> = {
  'of inputs, scaled': model([], fused(['a', 'b'], turnedB)),
  'of what a Transpose made, the first turned': model(
    [
      { op: 'Transpose', inputs: ['a'], outputs: ['c'], attributes: [{ name: 'perm', ints: [0, 2, 1] }] },
      { op: 'Transpose', inputs: ['b'], outputs: ['d'], attributes: [{ name: 'perm', ints: [0, 2, 1] }] },
    ],
    fused(['c', 'd'], [{ name: 'transA', int: 1 }]),
  ),
  'of reshaped sums, nothing turned': model(
    [
      { op: 'Add', inputs: ['b', 'b'], outputs: ['c'] },
      { op: 'Reshape', inputs: ['c', 'shape'], outputs: ['d'] },
    ],
    fused(['a', 'd'], [{ name: 'alpha', float: -2 }]),
    [{ name: 'shape', dtype: 'int64', shape: [3], values: [2, 4, 5] }],
  ),
};

const values = (count: number, step: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(step * i + 1));
const FEEDS = { a: new Tensor('float32', values(24, 0.7), [2, 3, 4]), b: new Tensor('float32', values(40, 1.3), [2, 5, 4]) };
const answer = async (runtime: Runtime, bytes: Uint8Array): Promise<number[]> => {
  await using session = await runtime.load(bytes);
  return [...((await session.run(FEEDS))['y']!.data as Float32Array)];
};
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

describe('products written with standard operators', () => {
  let cpu: Runtime;
  beforeAll(async () => {
    cpu = await native({ device: 'cpu', threads: 1 });
  });
  afterAll(() => cpu.dispose());

  it.each(Object.keys(MODELS))('%s: give the same', async (name) => {
    const plain = plainProducts(MODELS[name]!);
    expect(text(plain)).not.toContain('FusedMatMul');
    const wanted = await answer(cpu, MODELS[name]!);
    (await answer(cpu, plain)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
    expect(new Set(wanted).size).toBeGreaterThan(20);
  });

  it('leave alone what they cannot turn, batches turned too, and bytes that are no model', () => {
    const tiled = model([{ op: 'Tile', inputs: ['b', 'times'], outputs: ['c'] }], fused(['a', 'c'], turnedB), [
      { name: 'times', dtype: 'int64', shape: [3], values: [1, 1, 1] },
    ]);
    const batches = model([], fused(['a', 'b'], [...turnedB, { name: 'transBatchA', int: 1 }]));
    const torn = MODELS['of inputs, scaled']!.slice(0, 60);
    for (const bytes of [tiled, batches, torn, new Uint8Array()]) expect(plainProducts(bytes)).toBe(bytes);
  });

  it.skipIf(!hasSoftwareVulkan)('run whole on WebGPU (skipped without a Vulkan driver)', async () => {
    useSoftwareVulkan();
    await using strict = await native({ device: 'webgpu', cpuFallback: false });
    for (const bytes of Object.values(MODELS)) {
      const wanted = await answer(cpu, bytes);
      (await answer(strict, bytes)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));
    }
  });
});
