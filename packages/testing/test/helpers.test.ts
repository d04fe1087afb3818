import { Tensor } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { expectAllClose, largestDifference } from '../src/all-close.ts';
import { compareOnRuntimes } from '../src/compare-runtimes.ts';
import { type FakeModel, fakeRuntime } from '../src/fake-runtime.ts';

const double: FakeModel = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n'] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n'] }],
  run: ({ x }) => ({
    y: new Tensor(
      'float32',
      (x!.data as Float32Array).map((value) => 2 * value),
      x!.dims,
    ),
  }),
};

describe('expectAllClose', () => {
  it('lets small differences pass and names the worst of the others', () => {
    expectAllClose([1, 2, 1e6], [1.000001, 2, 1e6 + 1]);
    expect(() => expectAllClose([1, 2, 3.5, 4.1], [1, 2, 3, 4], { what: 'y' })).toThrow(
      'y: 2 of 4 are off; worst at 2: got 3.5, expected 3, difference 0.5',
    );
    expect(() => expectAllClose([1], [1, 2])).toThrow('got 1 numbers, expected 2');
  });

  it('lets no NaN and no wrong infinity pass', () => {
    expect(() => expectAllClose([NaN], [NaN])).toThrow(/1 of 1/);
    expect(() => expectAllClose([1], [NaN])).toThrow(/1 of 1/);
    expect(() => expectAllClose([-Infinity], [Infinity])).toThrow(/1 of 1/);
    expect(() => expectAllClose([5], [Infinity])).toThrow(/1 of 1/);
    expectAllClose([Infinity], [Infinity]);
  });

  it('holds tensors to type and shape', () => {
    const tensor = (dims: number[]): Tensor => new Tensor('float32', new Float32Array(4), dims);
    expectAllClose(tensor([2, 2]), tensor([2, 2]));
    expect(() => expectAllClose(tensor([4]), tensor([2, 2]))).toThrow('got float32[4], expected float32[2, 2]');
  });
});

it('largestDifference is infinite beside NaN and unequal lengths', () => {
  expect([largestDifference([1, 2], [1, 2.5]), largestDifference([NaN], [1]), largestDifference([1], [])]).toEqual([
    0.5,
    Infinity,
    Infinity,
  ]);
});

describe('compareOnRuntimes', () => {
  const on = (device: 'cpu' | 'wasm' | 'webgpu') => async () => fakeRuntime({ device, models: { double } });

  it('holds each runtime to the first, within its device tolerance', async () => {
    const rows = await compareOnRuntimes([on('cpu'), on('webgpu')], async ({ device }) => [0.5 + (device === 'webgpu' ? 5e-4 : 0)]);
    expect(rows.map(({ device, tolerance }) => [device, tolerance])).toEqual([
      ['cpu', 1e-4],
      ['webgpu', 1e-3],
    ]);
    expect(rows[1]!.difference).toBeCloseTo(5e-4, 10);
    await expect(compareOnRuntimes([on('cpu'), on('wasm')], async ({ device }) => [0.5 + (device === 'wasm' ? 5e-4 : 0)])).rejects.toThrow(
      /fake on wasm differs/,
    );
  });

  it('takes NaN and nothing for what they are', async () => {
    await expect(compareOnRuntimes([on('cpu'), on('wasm')], async () => [NaN])).rejects.toThrow(/differs by Infinity/);
    await expect(compareOnRuntimes([on('cpu')], async () => [])).rejects.toThrow(/no numbers/);
  });
});

it('the fake runtime runs functions and keeps count', async () => {
  const runtime = fakeRuntime({ models: { double }, files: { 'card.json': Uint8Array.of(1) } });
  const session = await runtime.load('double');
  const { y } = await session.run({ x: new Tensor('float32', [1, 2], [2]) });
  expect([[...(y!.data as Float32Array)], runtime.openSessions, runtime.runs]).toEqual([[2, 4], 1, 1]);
  await expect(session.run({})).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  await expect(runtime.load('tripple')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await runtime.read('card.json')).toEqual(Uint8Array.of(1));
  await session.dispose();
  await expect(session.run({})).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(runtime.openSessions).toBe(0);
  await runtime.dispose();
  await expect(runtime.load('double')).rejects.toMatchObject({ code: 'DISPOSED' });
});
