import type { Image, Runtime } from '@verilens/core';
import { applyPlatt } from '@verilens/metrics';
import { loadNetwork } from '../src/network.ts';
import { shippedModel } from '../src/shipped.ts';

/** Scores of the tiles of three fixed pictures (waves, noise, both) on one runtime, with the shipped weights; disposes of the runtime. */
export async function parityScores(runtime: Runtime): Promise<number[]> {
  const { source, card } = shippedModel();
  const network = await loadNetwork(runtime, source, card);
  const found: number[] = [];
  for (const kind of [0, 1, 2]) {
    const { logits } = await network.scan(drawn(kind), 16);
    for (const logit of logits) found.push(applyPlatt(logit, card.calibration!));
  }
  await runtime.dispose();
  return found;
}

function drawn(kind: number): Image {
  const [width, height] = [64, 48];
  const data = new Uint8ClampedArray(width * height * 4);
  let state = 7;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (state * 48271) % 2147483647;
      const wave = kind === 1 ? 0 : 60 * Math.sin(0.9 * x + 0.4 * y) + 30 * Math.sin(0.11 * x - 0.2 * y);
      const noise = kind === 0 ? 0 : (state % 41) - 20;
      data.set([128 + wave + noise, 120 + 0.7 * wave + noise, 110 + 0.5 * wave + noise, 255], (y * width + x) * 4);
    }
  }
  return { data, width, height };
}

/** Allowed absolute difference from native CPU (docs/architecture.md). */
export const TOLERANCE = { wasm: 1e-4, webgpu: 1e-3 } as const;
