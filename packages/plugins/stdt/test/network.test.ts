import type { Runtime } from '@verilens/core';
import { createRandom } from '@verilens/data';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIGS } from '../src/config.ts';
import { dealBags } from '../src/dropout.ts';
import { mirrored, mirroredCell } from '../src/mirror.ts';
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

describe('a mirrored bag', () => {
  it('gives what the bag gives of the mirrored clip, and hides cells where they are in the clip', async () => {
    const config = { ...CONFIGS.spatial, mirrors: false };
    const { source, card } = shippedModels().spatial;
    const [bag] = dealBags(config, createRandom('mirror'), 1);
    await using straight = await ownBags([bag!]);
    await using turned = await ownBags([{ ...bag!, mirrored: true }]);
    const pixels = noise();
    const flipped = mirrored(pixels, faceSize);
    expect(mirrored(flipped, faceSize)).toEqual(pixels);
    expect(await turned.network.logit(pixels)).toBeCloseTo(await straight.network.logit(flipped), 6);
    expect(await turned.network.logit(pixels)).not.toBeCloseTo(await straight.network.logit(pixels), 6);
    const hidden = Array.from({ length: 20 }, (_, cell) => cell);
    const [found] = await turned.network.occludedLogits(pixels, [new Set(hidden)]);
    const [wanted] = await straight.network.occludedLogits(flipped, [new Set(hidden.map((cell) => mirroredCell(cell, config.grid)))]);
    expect(found).toBeCloseTo(wanted!, 6);

    async function ownBags(bags: NonNullable<Parameters<typeof loadNetwork>[6]>) {
      const network = await loadNetwork(runtime, config, source, card, bags.length, undefined, bags);
      return { network, [Symbol.asyncDispose]: () => network.dispose() };
    }
  });
});
