import type { Image, Point } from '@verilens/core';
import { alignFace } from '@verilens/faces';
import { describe, expect, it } from 'vitest';
import {
  animatePhoto,
  buildRealClipSet,
  createRandom,
  FORGE_OPERATIONS,
  FORGE_PARAMETERS,
  forgeClip,
  innerFaceMask,
  mouthMask,
  realClip,
  type ForgedClip,
  type ForgeOptions,
  type ForgeParameters,
  type Random,
  type SourceClip,
  type SourcePhoto,
} from '../../src/index.ts';

const CLEAN: ForgeParameters = { ...FORGE_PARAMETERS, noise: [0, 0], jpegQuality: [100, 100] };
const FACE: readonly Point[] = [
  [75, 80],
  [115, 80],
  [95, 100],
  [95, 122],
  [55, 85],
  [135, 85],
];

/** Byte for byte; the matchers would take seconds over a clip. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** A textured picture that differs by seed. */
function texture(seed: number): Image {
  const random = createRandom(seed);
  const [a, b, c] = [random.uniform(0.9, 1.6), random.uniform(0.9, 1.6), random.uniform(0, 6)];
  const data = new Uint8ClampedArray(190 * 190 * 4).fill(255);
  for (let y = 0; y < 190; y++) {
    for (let x = 0; x < 190; x++)
      for (let k = 0; k < 3; k++) data[(y * 190 + x) * 4 + k] = 120 + 50 * Math.sin(x / a + c + k) + 40 * Math.cos(y / b - k);
  }
  return { data, width: 190, height: 190 };
}

const source = (identity: string, startIndex: number, seed = 1): SourceClip => ({
  identity,
  startIndex,
  images: Array.from({ length: 8 }, (_, t) => texture(seed * 100 + (startIndex === 0 ? 0 : t))),
  keypoints: Array.from({ length: 8 }, () => FACE),
  transforms: Array.from({ length: 8 }, () => alignFace(FACE, 128)),
});
const target = source('a', 0);
const donors = [source('b', 0, 2)];
const moments = [target, source('a', 40, 3)];
const photo: SourcePhoto = { identity: 'p', image: texture(7), keypoints: FACE };

/** Mean |x(t+1) - 2 x(t) + x(t-1)| over a rectangle of 64 x 64 frames. */
function jerk({ pixels, frames, size }: ForgedClip, [x0, y0, x1, y1]: readonly [number, number, number, number]): number {
  let sum = 0;
  let count = 0;
  const at = (t: number, x: number, y: number): number => pixels[((t * size + y) * size + x) * 3]!;
  for (let t = 1; t < frames - 1; t++)
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++, count++) sum += Math.abs(at(t + 1, x, y) - 2 * at(t, x, y) + at(t - 1, x, y));
  return sum / count;
}
const INNER = [22, 24, 42, 46] as const;
const BORDER = [0, 0, 64, 5] as const;

describe('forgeClip', () => {
  it('selfblend: changes less of the face when told to blend parts of it, elsewhere from clip to clip', () => {
    const { selfblend } = CLEAN;
    const changed = (partShare: number, seed: number): { count: number; x: number; y: number } => {
      const random = (): { random: Random } => ({ random: createRandom(seed) });
      const parameters = { ...CLEAN, selfblend: { ...selfblend, partShare } };
      const forged = forgeClip(target, 'selfblend', { ...random(), parameters });
      const real = realClip(target, { ...random(), parameters });
      let [count, x, y] = [0, 0, 0];
      for (let i = 0; i < 64 * 64; i++) {
        if (Math.abs(forged.pixels[i * 3]! - real.pixels[i * 3]!) < 4) continue;
        count++;
        x += i % 64;
        y += Math.floor(i / 64);
      }
      return { count, x: x / count, y: y / count };
    };
    const parts = [1, 2, 3, 4].map((seed) => changed(1, seed));
    const wholes = [1, 2, 3, 4].map((seed) => changed(0, seed));
    parts.forEach((part, i) => expect(part.count).toBeLessThan(0.8 * wholes[i]!.count));
    const spread = (of: (place: { x: number; y: number }) => number): number => Math.max(...parts.map(of)) - Math.min(...parts.map(of));
    expect(spread(({ x }) => x) + spread(({ y }) => y)).toBeGreaterThan(5);
  });

  it('interpolates a clip once more when told to, real and forged ones alike', () => {
    const sharpness = ({ pixels }: ForgedClip): number => {
      let sum = 0;
      for (let i = 3; i < pixels.length; i++) sum += Math.abs(pixels[i]! - pixels[i - 3]!);
      return sum / pixels.length;
    };
    const of = (interpolateAgain: boolean, seed: number): [number, number] => {
      const options = (): Pick<ForgeOptions, 'random' | 'parameters' | 'interpolateAgain'> => ({
        random: createRandom(seed),
        parameters: CLEAN,
        interpolateAgain,
      });
      return [sharpness(realClip(target, options())), sharpness(forgeClip(target, 'selfblend', options()))];
    };
    for (const seed of [1, 2]) {
      const [once, twice] = [of(false, seed), of(true, seed)];
      for (const place of [0, 1] as const) expect(twice[place]).toBeLessThan(0.99 * once[place]);
    }
  });

  it.each(FORGE_OPERATIONS)('%s: seeded, changes the face, leaves the surroundings of its real twin', (operation) => {
    const forge = (): ForgedClip => forgeClip(target, operation, { random: createRandom(5), parameters: CLEAN, donors, moments });
    const forged = forge();
    expect(same(forged.pixels, forge().pixels)).toBe(true);
    const real = realClip(target, { random: createRandom(5), parameters: CLEAN });
    let inside = 0;
    let outside = 0;
    for (let i = 0; i < forged.pixels.length; i += 3) {
      const difference = Math.abs(forged.pixels[i]! - real.pixels[i]!);
      if (Math.floor(i / (64 * 3)) % 64 < 5) outside = Math.max(outside, difference);
      inside = Math.max(inside, difference);
    }
    expect(outside).toBeLessThanOrEqual(4); // rounding, and JPEG blocks that reach into the face
    expect(inside).toBeGreaterThan(2 * 4);
    expect(forged.donor).toBe(operation === 'swap' || operation === 'paste' ? 'b' : undefined);
  });

  it('leaves a trace in time where it says so, and none elsewhere', () => {
    const real = jerk(realClip(target, { random: createRandom(1), parameters: CLEAN }), INNER);
    const of = (operation: (typeof FORGE_OPERATIONS)[number]): ForgedClip =>
      forgeClip(target, operation, { random: createRandom(1), parameters: CLEAN, donors, moments });
    for (const operation of ['swap', 'reenact', 'selfblend'] as const) {
      expect(jerk(of(operation), INNER)).toBeGreaterThan(real + 1);
      expect(jerk(of(operation), BORDER)).toBeLessThan(0.5);
    }
    for (const operation of ['paste', 'resample'] as const) expect(jerk(of(operation), INNER)).toBeLessThan(real + 0.2);
  });

  it('refuses operations without their material', () => {
    const random = createRandom(0);
    expect(() => forgeClip(target, 'swap', { random })).toThrow(/no donors/);
    expect(() => forgeClip(target, 'reenact', { random, moments: donors })).toThrow(/no other moment/);
    expect(() => forgeClip(target, 'reenact', { random, moments: [source('a', 400)] })).toThrow(/no other moment/);
    expect(() => forgeClip({ ...target, keypoints: [] }, 'selfblend', { random })).toThrow(/not a source clip/);
    expect(() => forgeClip(target, 'morph' as 'swap', { random })).toThrow(/no such/);
  });
});

it('controls keep noise and compression but differ as named', () => {
  const of = (control: 'fresh' | 'interpolated-again' | 'no-warp'): Uint8Array =>
    realClip(target, { random: createRandom(2), control }).pixels;
  expect(same(of('fresh'), realClip(target, { random: createRandom(2) }).pixels)).toBe(true);
  expect(same(of('no-warp'), of('fresh'))).toBe(false);
  expect(same(of('interpolated-again'), of('fresh'))).toBe(false);
});

it('animates photographs smoothly', () => {
  const clip = animatePhoto(photo, 8, createRandom(4), CLEAN);
  const xs = clip.transforms.map(([a, b, c]) => a * 95 + b * 100 + c);
  expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(0.3);
  for (let t = 1; t < 7; t++) expect(Math.abs(xs[t + 1]! - 2 * xs[t]! + xs[t - 1]!)).toBeLessThan(1.2);
});

it('masks cover what they name', () => {
  const face = [
    [44, 45],
    [84, 45],
    [64, 65],
    [64, 87],
    [24, 50],
    [104, 50],
  ] as Point[];
  const at = (mask: ReturnType<typeof mouthMask>, [x, y]: Point): number =>
    x < mask.x || y < mask.y || x >= mask.x + mask.width || y >= mask.y + mask.height
      ? 0
      : mask.weights[(y - mask.y) * mask.width + x - mask.x]!;
  const inner = innerFaceMask(face, 3, 128, 128);
  const mouth = mouthMask(face, 3, 128, 128);
  for (const k of [0, 1, 2, 3]) expect(at(inner, face[k]!)).toBeGreaterThan(0.9);
  for (const k of [4, 5]) expect(at(inner, face[k]!)).toBeLessThan(0.2);
  expect(at(mouth, face[3]!)).toBeGreaterThan(0.9);
  for (const k of [0, 1, 2, 4, 5]) expect(at(mouth, face[k]!)).toBeLessThan(0.1);
});

describe('buildRealClipSet', () => {
  it('gives every window once per kind, and no donor of the same identity', async () => {
    const set = await buildRealClipSet({ windows: moments, photos: [photo], amount: 'every-window', controls: ['fresh'], seed: 1 });
    expect(set.count).toBe(2 * (1 + 5 + 1));
    expect(set.pixels).toHaveLength(set.count * 8 * 64 * 64 * 3);
    expect([...set.labels].filter((label) => label === 1)).toHaveLength(10);
    set.kinds.forEach((kind, i) => {
      expect(set.donors[i]).toBe(kind === 'swap' || kind === 'paste' ? 'p' : '');
      expect(set.labels[i]).toBe(kind.startsWith('real') ? 0 : 1);
    });
  });

  it('draws the amounts asked for, the same for the same seed', async () => {
    const build = (seed: number): ReturnType<typeof buildRealClipSet> =>
      buildRealClipSet({ windows: moments, photos: [photo], amount: { real: 2, forged: 5 }, seed });
    const [a, b, c] = [await build(1), await build(1), await build(2)];
    expect(a.labels.reduce((sum, label) => sum + label, 0)).toBe(5);
    expect(same(a.pixels, b.pixels)).toBe(true);
    expect(same(a.pixels, c.pixels)).toBe(false);
    expect(a.kinds.filter((kind) => kind === 'reenact')).toHaveLength(1);
  });

  it('draws pairs: a forged clip after its real twin, framed and finished alike', async () => {
    const build = (again: boolean): ReturnType<typeof buildRealClipSet> =>
      buildRealClipSet({ windows: moments, photos: [photo], amount: { pairs: 5, again }, seed: 4, parameters: CLEAN });
    const set = await build(false);
    expect(set.kinds.filter((_, i) => i % 2 === 0)).toEqual(Array.from({ length: 5 }, () => 'real'));
    expect(set.kinds.filter((_, i) => i % 2 === 1)).toEqual(FORGE_OPERATIONS);
    const length = set.pixels.length / 10;
    for (let i = 0; i < 10; i += 2) {
      expect(set.windows[i]).toBe(set.windows[i + 1]);
      let [border, face] = [0, 0];
      for (let at = i * length; at < (i + 1) * length; at++) {
        const difference = Math.abs(set.pixels[at]! - set.pixels[at + length]!);
        if (Math.floor(at / (64 * 3)) % 64 < 3) border = Math.max(border, difference);
        face = Math.max(face, difference);
      }
      expect(border).toBeLessThanOrEqual(4);
      expect(face).toBeGreaterThan(2 * 4);
    }
    const twice = await build(true);
    const clips = (of: typeof set, places: readonly number[]): Uint8Array[] =>
      places.map((i) => of.pixels.subarray(i * length, (i + 1) * length));
    expect(twice.count).toBe(20);
    clips(set, [0, 1, 2, 3]).forEach((clip, i) => {
      const [once, again] = clips(
        twice,
        [
          [0, 2],
          [1, 3],
          [4, 6],
          [5, 7],
        ][i]!,
      );
      expect(same(clip, once!)).toBe(true);
      expect(same(clip, again!)).toBe(false);
    });
  });

  it('refuses to start without windows and stops when told to', async () => {
    await expect(buildRealClipSet({ windows: [], amount: 'every-window', seed: 0 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(
      buildRealClipSet({ windows: moments, amount: 'every-window', seed: 0, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
