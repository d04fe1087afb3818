import { feedsOf, TINY_RUNS, tinyRunBytes } from '@verilens/testing';
import { expect, it } from 'vitest';
import { wasm } from '../src/index.ts';

/** A device that is really lost is tested by the playground, whose GPU process is killed. */
it('a device that ONNX Runtime gives up with its last session is not reported as lost', { timeout: 120_000 }, async () => {
  const lost: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using runtime = await wasm({ device: 'webgpu', onLost: (reason) => lost.push(reason) });
    const [entry] = TINY_RUNS;
    await using session = await runtime.load(tinyRunBytes(entry!));
    await session.run(feedsOf(entry!));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(lost).toEqual([]);
});
