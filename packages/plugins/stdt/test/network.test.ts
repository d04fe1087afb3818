import type { Runtime } from '@verilens/core';
import { createRandom } from '@verilens/data';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIGS } from '../src/config.ts';
import { loadNetwork, type Network } from '../src/network.ts';
import { shippedModels } from '../src/networks.ts';

const { faceSize, frames } = CONFIGS.temporal;
const LENGTH = frames * faceSize * faceSize * 3;

let runtime: Runtime;
let network: Network;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
  const { source, card } = shippedModels().temporal;
  network = await loadNetwork(runtime, CONFIGS.temporal, source, card, 4);
});
afterAll(async () => {
  await network.dispose();
  await runtime.dispose();
});

function noise(): Uint8Array {
  const random = createRandom('network');
  return Uint8Array.from({ length: LENGTH }, () => random.integer(90, 110));
}

describe('occludedLogits', () => {
  it('gives for each set of cells what a clip without motion there gives, in order, however many there are', async () => {
    const pixels = noise();
    const sets = Array.from({ length: 19 }, (_, i) => new Set([i, i + 8, i + 40]));
    sets[3] = new Set();
    sets[11] = new Set(Array.from({ length: 64 }, (_, cell) => cell));
    const together = await network.occludedLogits(pixels, sets);
    for (const place of [0, 3, 7, 8, 11, 18]) {
      const still = pixels.slice();
      const side = faceSize / CONFIGS.temporal.grid;
      for (const cell of sets[place]!) {
        const [top, left] = [Math.floor(cell / 8) * side, (cell % 8) * side];
        for (let at = 0; at < LENGTH; at++) {
          const [x, y] = [Math.floor(at / 3) % faceSize, Math.floor(at / 3 / faceSize) % faceSize];
          if (x >= left && x < left + side && y >= top && y < top + side) still[at] = 100;
        }
      }
      expect(together[place]).toBeCloseTo(await network.logit(still), 4);
    }
    expect(together[3]).toBeCloseTo(await network.logit(pixels), 4);
    expect(together[11]).not.toBeCloseTo(together[3]!, 1);
  });

  it('stops when told to', async () => {
    const stopped = network.occludedLogits(noise(), [new Set([1])], { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
