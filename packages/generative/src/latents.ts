import { throwIfAborted, VerilensError } from '@verilens/core';
import { random } from '@verilens/nn';
import { planeSize, type Planes } from './pictures.ts';
import type { SampleRequest } from './sampler.ts';

/** `width` normal numbers for each picture from `first` on: picture i's depend on (seed, i) alone. */
export function drawNormals(seed: number, first: number, count: number, width: number): Float32Array {
  const out = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const { normal } = random(seed, 'sample', first + i);
    for (let k = 0; k < width; k++) out[i * width + k] = normal();
  }
  return out;
}

/** Makes `count` pictures batch by batch. @throws VerilensError BAD_OPTION, ABORTED */
export async function inBatches(
  { count, seed, first: from = 0, batchSize = 32, signal, onProgress }: SampleRequest,
  size: number,
  make: (first: number, count: number, progress: (fraction: number) => void) => Promise<Planes>,
): Promise<Planes> {
  for (const [name, value, least] of [
    ['count', count, 1],
    ['batchSize', batchSize, 1],
    ['first', from, 0],
    ['seed', seed, Number.MIN_SAFE_INTEGER],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new VerilensError('BAD_OPTION', `${name} cannot be used`, {
        place: 'generative sample',
        expected: name === 'seed' ? 'a whole number' : `a whole number from ${least}`,
        got: String(value),
      });
  }
  const data = new Float32Array(count * planeSize(size));
  for (let first = 0; first < count; first += batchSize) {
    throwIfAborted(signal, 'generative sample');
    const now = Math.min(batchSize, count - first);
    const made = await make(from + first, now, (fraction) => onProgress?.((first + fraction * now) / count));
    data.set(made.data, first * planeSize(size));
    onProgress?.((first + now) / count);
  }
  return { count, size, data };
}
