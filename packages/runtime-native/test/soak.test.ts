import { feedsOf, onnxBytes, TINY_RUNS, type TinyRun, tinyRunBytes } from '@verilens/testing';
import { describe, expect, it } from 'vitest';
import { native } from '../src/index.ts';

/** A model of 1 MB, so that a session left behind would show. */
function bulky(): Uint8Array {
  const size = 250_000;
  return onnxBytes({
    inputs: [{ name: 'x', dtype: 'float32', shape: [size] }],
    initializers: [{ name: 'w', dtype: 'float32', shape: [size], values: Array.from({ length: size }, (_, index) => index) }],
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [size] }],
  });
}

const rss = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
};

describe('memory', () => {
  it('is flat over 200 loads and disposals of a 1 MB model', async () => {
    const bytes = bulky();
    const cycle = async (): Promise<void> => {
      await using runtime = await native({ device: 'cpu', threads: 1 });
      await using session = await runtime.load(bytes);
      expect(session.inputs[0]?.name).toBe('x');
    };
    for (let round = 0; round < 20; round += 1) await cycle();
    const before = rss();
    for (let round = 0; round < 200; round += 1) await cycle();
    // 200 sessions left behind would hold 200 MB and more; garbage not yet collected stays well below.
    expect(rss() - before).toBeLessThan(100);
  });

  it('is flat over 10,000 runs', async () => {
    const entry = TINY_RUNS[0] as TinyRun;
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const session = await runtime.load(tinyRunBytes(entry));
    const feeds = feedsOf(entry);
    for (let round = 0; round < 1000; round += 1) await session.run(feeds);
    const before = rss();
    for (let round = 0; round < 10_000; round += 1) await session.run(feeds);
    expect(rss() - before).toBeLessThan(40);
  });
});
