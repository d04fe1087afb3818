import { createRandom } from '../random.ts';
import { type ClipType, type ProceduralClips, proceduralClips } from './clips.ts';
import type { ForgeryType } from './forgeries.ts';
import type { ProceduralParameters } from './parameters.ts';

export interface ProceduralSetOptions {
  readonly seed: number | string;
  /** Sets of one seed and different splits share no person. */
  readonly split: 'train' | 'validation' | 'test';
  readonly real: number;
  /** How many clips of each forgery: a type left out is not made. */
  readonly fake: Readonly<Partial<Record<ForgeryType, number>>>;
  readonly size?: number;
  readonly frames?: number;
  readonly parameters?: ProceduralParameters;
}

export interface ProceduralSet extends ProceduralClips {
  /** 0 real, 1 fake, one a clip. */
  readonly labels: Uint8Array;
}

/**
 * Real and forged clips of different people, shuffled: what a training or a test run needs.
 * @throws VerilensError BAD_OPTION
 * @example
 * const train = proceduralSet({ seed: 0, split: 'train', real: 1000, fake: { swap: 250, paste: 250, reenact: 250, resample: 250 } });
 */
export function proceduralSet(options: ProceduralSetOptions): ProceduralSet {
  const { seed, split, real, fake, ...shape } = options;
  const name = `${seed}/${split}`;
  const wanted: [ClipType, number][] = [['real', real], ...(Object.entries(fake) as [ForgeryType, number][])];
  const total = wanted.reduce((sum, [, count]) => sum + count, 0);
  // each type has its own stretch of clip numbers, so that adding a type changes no other
  const parts = wanted.map(([type, count]) => proceduralClips({ seed: `${name}/${type}`, count, type, ...shape }));
  const { frames, size, version } = parts[0]!;
  const clip = frames * size * size * 3;
  const order = createRandom(name)
    .fork('order')
    .shuffle(parts.flatMap((part, p) => part.types.map((_, i) => [p, i] as const)));
  const pixels = new Uint8Array(total * clip);
  const points = new Float32Array(total * frames * 12);
  order.forEach(([p, i], at) => {
    pixels.set(parts[p]!.pixels.subarray(i * clip, (i + 1) * clip), at * clip);
    points.set(parts[p]!.points.subarray(i * frames * 12, (i + 1) * frames * 12), at * frames * 12);
  });
  const types = order.map(([p, i]) => parts[p]!.types[i]!);
  return {
    pixels,
    points,
    count: total,
    frames,
    size,
    version,
    types,
    identities: order.map(([p, i]) => parts[p]!.identities[i]!),
    labels: Uint8Array.from(types, (type) => (type === 'real' ? 0 : 1)),
  };
}
