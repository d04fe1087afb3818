import { Tensor } from '@verilens/core';
import { onnxBytes, type TinyModel, type TinyTensor } from '@verilens/testing';
import { describe, expect, it } from 'vitest';
import { blockedPrelu } from '../src/blocked-prelu.ts';
import { native } from '../src/index.ts';

const SIDE = 6;

function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const stored = (name: string, shape: readonly number[], values: readonly number[]): TinyTensor => ({
  name,
  dtype: 'float32',
  shape,
  values,
});

/** conv 3x3, PReLU, conv 1x1: what face embeddings are made of. */
function model(channels: number, slopes: readonly number[], slopeShape: readonly number[] = [channels, 1, 1]): TinyModel {
  return {
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, SIDE, SIDE] }],
    outputs: [{ name: 'z', dtype: 'float32', shape: ['batch', 16, SIDE, SIDE] }],
    initializers: [
      stored('w', [channels, 3, 3, 3], numbers(channels * 27, 1)),
      stored('s', slopeShape, slopes),
      stored('v', [16, channels, 1, 1], numbers(16 * channels, 2)),
    ],
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'], attributes: [{ name: 'pads', ints: [1, 1, 1, 1] }] },
      { op: 'PRelu', inputs: ['a', 's'], outputs: ['b'] },
      { op: 'Conv', inputs: ['b', 'v'], outputs: ['z'] },
    ],
  };
}

// every kind there is in trained networks, and none
const slopes = (channels: number): number[] => numbers(channels, 3).map((value, i) => (i === 0 ? 0 : i === 1 ? 1 : 2 * value));

async function answer(bytes: Uint8Array, blockedConvolution: boolean): Promise<Float32Array> {
  await using runtime = await native({ device: 'cpu', threads: 1, blockedConvolution });
  const session = await runtime.load(bytes);
  const x = new Tensor('float32', Float32Array.from(numbers(2 * 3 * SIDE * SIDE, 4)), [2, 3, SIDE, SIDE]);
  return (await session.run({ x }))['z']!.data as Float32Array;
}

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

describe('blockedPrelu', () => {
  it.each([[[32, 1, 1]], [[1, 32, 1, 1]]])('writes slopes %j as convolutions that give the same', async (shape) => {
    const bytes = onnxBytes(model(32, slopes(32), shape));
    const made = blockedPrelu(bytes, 16);
    expect(text(made)).not.toContain('PRelu');
    const [plain, rewritten, loaded] = [await answer(bytes, false), await answer(made, false), await answer(bytes, true)];
    const scale = Math.max(...plain.map(Math.abs));
    expect(Math.max(...rewritten.map((value, i) => Math.abs(value - plain[i]!)))).toBeLessThan(1e-6 * scale);
    // the runtime does it by itself, as far as the processor has blocks
    expect(Math.max(...loaded.map((value, i) => Math.abs(value - plain[i]!)))).toBeLessThan(1e-6 * scale);
  });

  it.each<[string, TinyModel]>([
    ['channels that do not fill blocks', model(20, slopes(20))],
    ['one slope for all channels', model(32, [0.25], [1, 1, 1])],
    ['slopes that are not finite', model(32, [Number.NaN, ...slopes(31)])],
    [
      'slopes that are given at run time',
      {
        ...model(32, slopes(32)),
        initializers: model(32, slopes(32)).initializers!.filter(({ name }) => name !== 's'),
        inputs: [...model(32, slopes(32)).inputs, { name: 's', dtype: 'float32', shape: [32, 1, 1] }],
      },
    ],
    [
      'what no convolution has made',
      {
        ...model(32, slopes(32)),
        nodes: model(32, slopes(32)).nodes.map((node) => (node.op === 'Conv' ? { ...node, op: 'Other' } : node)),
      },
    ],
    [
      'another operator of that name',
      { ...model(32, slopes(32)), nodes: model(32, slopes(32)).nodes.map((node) => ({ ...node, domain: 'elsewhere' })) },
    ],
  ])('leaves %s alone', (_, tiny) => {
    const bytes = onnxBytes(tiny);
    expect(blockedPrelu(bytes, 16)).toBe(bytes);
  });

  it('leaves what is no ONNX file to the engine', () => {
    const bytes = onnxBytes(model(32, slopes(32)));
    for (const cut of [1, 40, bytes.length - 3]) expect(blockedPrelu(bytes.subarray(0, cut), 16)).toHaveLength(cut);
    expect(blockedPrelu(new Uint8Array(0), 16)).toHaveLength(0);
  });
});
