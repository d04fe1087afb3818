import { type ModelSource, type Runtime, Tensor } from '@verilens/core';

/** Allowed absolute difference from native CPU (docs/architecture.md), of any number of a unit vector. */
export const TOLERANCE = { cpu: 1e-5, wasm: 1e-4, webgpu: 1e-3 } as const;

const SIDE = 112;

/** Coarse and fine pattern in place of an aligned face, -1..1: no decoder takes part, so that devices are compared alone. */
function pattern(): Float32Array {
  return Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const [x, y, channel] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
    return 0.6 * Math.sin((x + 2 * channel) / 9) * Math.cos(y / 7) + 0.4 * Math.sin((x * y) / 50 + channel);
  });
}

/** What the network makes of the pattern, at length 1. */
export async function embeddingOfPattern(runtime: Runtime, network: ModelSource): Promise<number[]> {
  await using session = await runtime.load(network);
  const answer = await session.run({ [session.inputs[0]!.name]: new Tensor('float32', pattern(), [1, 3, SIDE, SIDE]) });
  const values = answer[session.outputs[0]!.name]!.data as Float32Array;
  const length = Math.hypot(...values);
  return Array.from(values, (value) => Number((value / length).toFixed(7)));
}

export function farthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
