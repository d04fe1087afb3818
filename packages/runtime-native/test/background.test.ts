import { type LoadOptions, type ModelSource, type Runtime, Tensor } from '@verilens/core';
import { feedsOf, onnxBytes, runtimeConformance, TINY_RUNS, type TinyRun, tinyRunBytes } from '@verilens/testing';
import { describe, expect, it } from 'vitest';
import { native } from '../src/index.ts';

const entry = TINY_RUNS[0] as TinyRun;

/** A runtime whose every model is loaded into the background. */
async function background(): Promise<Runtime> {
  const runtime = await native({ device: 'cpu', threads: 1 });
  const load = (source: ModelSource, options?: LoadOptions): ReturnType<Runtime['load']> =>
    runtime.load(source, { ...options, background: true });
  return new Proxy(runtime, { get: (target, key) => (key === 'load' ? load : Reflect.get(target, key)) });
}

/** x times itself so often that a run takes tens of milliseconds. */
function slowModel(): Uint8Array {
  const side = 400;
  const steps = Array.from({ length: 60 }, (_, i) => i);
  return onnxBytes({
    inputs: [{ name: 'x', dtype: 'float32', shape: [side, side] }],
    initializers: [],
    nodes: steps.map((i) => ({ op: 'MatMul', inputs: [i === 0 ? 'x' : `y${i - 1}`, 'x'], outputs: [`y${i}`] })),
    outputs: [{ name: `y${steps.length - 1}`, dtype: 'float32', shape: [side, side] }],
  });
}

describe('a model in the background', () => {
  for (const { name, run } of runtimeConformance(background)) it(`${name}`, run);

  it('gives the numbers of one in the foreground, bit for bit', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await using ours = await runtime.load(tinyRunBytes(entry));
    await using apart = await runtime.load(tinyRunBytes(entry), { background: true });
    expect(apart.inputs).toEqual(ours.inputs);
    expect(apart.outputs).toEqual(ours.outputs);
    const [a, b] = await Promise.all([ours.run(feedsOf(entry)), apart.run(feedsOf(entry))]);
    for (const name of Object.keys(a)) expect(b[name]!.data).toEqual(a[name]!.data);
  });

  it('leaves the caller free while it computes', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const x = new Tensor('float32', new Float32Array(400 * 400), [400, 400]);
    const ended = async (background: boolean): Promise<boolean> => {
      await using session = await runtime.load(slowModel(), { background });
      await session.run({ x });
      let done = false;
      const run = session.run({ x }).then(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 5));
      const early = done;
      await run;
      return early;
    };
    expect(await ended(true)).toBe(false); // the timer fired in the middle of the run
    expect(await ended(false)).toBe(true); // and here it had to wait for its end
  });

  it('leaves the inputs to the caller, also views of a larger buffer', async () => {
    const model = onnxBytes({
      inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
      initializers: [],
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
    });
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await using session = await runtime.load(model, { background: true });
    const whole = Float32Array.of(9, 1, 2, 9);
    const { y } = await session.run({ x: new Tensor('float32', whole.subarray(1, 3), [2]) });
    expect(Array.from(y?.data as Float32Array)).toEqual([2, 4]);
    expect(Array.from(whole)).toEqual([9, 1, 2, 9]);
    // Given away goes only what has its memory to itself.
    const own = Float32Array.of(3, 4);
    const given = await session.run({ x: new Tensor('float32', own, [2]) }, { transfer: true });
    expect(Array.from(given.y?.data as Float32Array)).toEqual([6, 8]);
    expect(own.length).toBe(0);
    await session.run({ x: new Tensor('float32', whole.subarray(1, 3), [2]) }, { transfer: true });
    expect(Array.from(whole)).toEqual([9, 1, 2, 9]);
  });

  it('can be loaded again after the last was disposed of, many times', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    for (let i = 0; i < 5; i++) {
      const session = await runtime.load(tinyRunBytes(entry), { background: true });
      await session.run(feedsOf(entry));
      await session.dispose();
    }
  });

  it('reports a model that ONNX Runtime refuses, and goes on', async () => {
    const bad = onnxBytes({
      inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
      initializers: [],
      nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
    });
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await expect(runtime.load(bad, { background: true })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await using session = await runtime.load(tinyRunBytes(entry), { background: true });
    expect(Object.keys(await session.run(feedsOf(entry)))).not.toHaveLength(0);
  });
});
