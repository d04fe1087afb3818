import { createRandom, type Random } from '@verilens/data';
import { createFft2 } from '@verilens/vision';
import { expect, it } from 'vitest';
import { distilChannels } from '../src/channels.ts';
import type { Sample } from '../src/dcf.ts';
import { prepareMaps } from '../src/features.ts';
import { cosineWindow, gaussianLabel } from '../src/label.ts';
import { transformMaps } from '../src/spectra.ts';

const CELLS = 24;
const TRUE = 8;
const NOISE = 8;
const fft = createFft2(CELLS);
const window = cosineWindow(CELLS);

/** Eight channels that show the object (blobs that move with it), eight of fresh noise each time. */
function samplesOf(count: number, blobs: readonly { x: number; y: number; wide: number }[], draw: Random): Sample[] {
  return Array.from({ length: count }, () => {
    const [dx, dy] = [draw.integer(-4, 5), draw.integer(-4, 5)];
    const maps = new Float32Array((TRUE + NOISE) * CELLS * CELLS);
    for (let d = 0; d < TRUE + NOISE; d++) {
      for (let i = 0; i < CELLS * CELLS; i++) {
        const blob = blobs[d];
        const grain = draw.normal();
        if (blob === undefined) maps[d * CELLS * CELLS + i] = grain;
        else {
          const [x, y] = [(i % CELLS) - CELLS / 2 - blob.x - dx, Math.floor(i / CELLS) - CELLS / 2 - blob.y - dy];
          maps[d * CELLS * CELLS + i] = Math.exp(-(x * x + y * y) / (2 * blob.wide ** 2)) + 0.1 * grain;
        }
      }
    }
    return { features: transformMaps(prepareMaps(maps, window), TRUE + NOISE, fft), label: gaussianLabel(fft, 1, dx, dy) };
  });
}

it('held-out samples choose the channels that show the object; its own samples choose noise', () => {
  const shares = { heldOut: [] as number[], same: [] as number[] };
  for (let seed = 0; seed < 5; seed++) {
    const draw = createRandom(seed);
    const blobs = Array.from({ length: TRUE }, () => ({ x: draw.uniform(-3, 3), y: draw.uniform(-3, 3), wide: draw.uniform(0.8, 2.5) }));
    const options = { gamma: 0.02, minimum: 1, maximum: TRUE + NOISE };
    const noise = (kept: readonly number[]): number => kept.filter((d) => d >= TRUE).length / kept.length;
    shares.heldOut.push(noise(distilChannels(samplesOf(8, blobs, draw.fork('a')), samplesOf(8, blobs, draw.fork('b')), fft, options)));
    const one = samplesOf(1, blobs, draw.fork('c'));
    shares.same.push(noise(distilChannels(one, one, fft, options)));
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  expect(mean(shares.heldOut)).toBeLessThan(0.1);
  expect(mean(shares.same)).toBeGreaterThan(0.4);
});
