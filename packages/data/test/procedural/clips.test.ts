import { createHash } from 'node:crypto';
import { VerilensError } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import {
  forgeryTypes,
  proceduralClips,
  proceduralFaceClip,
  proceduralParameters,
  proceduralSet,
  type ClipType,
} from '../../src/procedural/index.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe('proceduralClips', () => {
  it('draws the same bytes as on the machine where the set was frozen', () => {
    const types: ClipType[] = ['real', ...forgeryTypes];
    const digests = Object.fromEntries(types.map((type) => [type, digest(proceduralClips({ seed: 0, count: 2, type }).pixels)]));
    expect(proceduralParameters.version).toBe('s2');
    expect(digests).toEqual({
      real: 'bd3f707b1244637a',
      swap: 'f5f994f9f2bbd019',
      paste: '6854cf6e870d4d5a',
      reenact: '0be7bb6828003463',
      resample: 'e4b7bd1edb8c480c',
      gaze: 'b9935e8a05482fec',
      selfblend: '1622be836697b876',
    });
  });

  it('makes clip n the same in every call', () => {
    const all = proceduralClips({ seed: 1, count: 3, type: 'swap' });
    const last = proceduralClips({ seed: 1, first: 2, count: 1, type: 'swap' });
    expect(Buffer.from(all.pixels.subarray(2 * 8 * 32 * 32 * 3)).equals(Buffer.from(last.pixels))).toBe(true);
    expect(last.identities).toEqual([all.identities[2]]);
  });

  it('leaves a forged frame as it was outside the inner face, but for the noise', () => {
    const quiet = { ...proceduralParameters, sensorNoise: 0, motion: { ...proceduralParameters.motion, shiftPx: 0 } };
    const real = proceduralClips({ seed: 2, count: 4, type: 'real', parameters: quiet });
    for (const type of forgeryTypes) {
      const fake = proceduralClips({ seed: 2, count: 4, type, parameters: quiet });
      let border = 0;
      let inside = 0;
      for (let n = 0; n < 4 * 8; n++) {
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const i = ((n * 32 + y) * 32 + x) * 3;
            const difference = Math.abs(real.pixels[i]! - fake.pixels[i]!);
            if (x < 2 || x > 29 || y < 2) border += difference;
            else inside += difference;
          }
        }
      }
      expect(border, type).toBe(0);
      expect(inside, type).toBeGreaterThan(0);
    }
  });

  it.each([32, 48, 64])('draws %i pixels: pupils dark in the eyes, where the key points say', (size) => {
    const parameters = { ...proceduralParameters, motion: { ...proceduralParameters.motion, gaze: 0 } };
    const clips = proceduralClips({ seed: 3, count: 10, type: 'real', size, frames: 4, parameters });
    const brightness = (n: number, t: number, x: number, y: number): number =>
      clips.pixels[((n * 4 + t) * size * size + Math.round(y) * size + Math.round(x)) * 3]!;
    let pupil = 0;
    let white = 0;
    for (let n = 0; n < 10; n++) {
      for (let t = 0; t < 4; t++) {
        const at = (n * 4 + t) * 12;
        const [x, y] = [clips.points[at]!, clips.points[at + 1]!];
        pupil += brightness(n, t, x, y);
        white += brightness(n, t, x - (1.6 * size) / 32, y);
      }
    }
    expect(pupil).toBeLessThan(0.75 * white);
  });

  it('names one person a clip, none shared between seeds', () => {
    const names = [0, 1].flatMap((seed) => proceduralClips({ seed, count: 5, type: 'real' }).identities);
    expect(new Set(names).size).toBe(10);
  });

  it('draws a clip in a few milliseconds of processor time', () => {
    proceduralClips({ seed: 0, count: 20, type: 'swap' });
    const start = process.cpuUsage();
    proceduralClips({ seed: 0, count: 40, type: 'swap' });
    const used = process.cpuUsage(start);
    // 4 to 8 ms where it was written; the bound leaves room for slow machines
    expect((used.user + used.system) / 1000 / 40).toBeLessThan(40);
  });

  it.each([{ size: 31 }, { size: 8 }, { count: -1 }, { frames: 0 }, { first: 0.5 }, { type: 'morph' as ClipType }, { count: 1e7 }])(
    'refuses %o',
    (wrong) => {
      expect(() => proceduralClips({ seed: 0, count: 1, type: 'real', ...wrong })).toThrow(VerilensError);
    },
  );
});

describe('proceduralSet', () => {
  it('mixes the types asked for and shares no person between splits', () => {
    const train = proceduralSet({ seed: 0, split: 'train', real: 6, fake: { swap: 2, gaze: 3 } });
    const test = proceduralSet({ seed: 0, split: 'test', real: 6, fake: { swap: 2 } });
    expect(train.count).toBe(11);
    expect([...train.types].sort()).toEqual(['gaze', 'gaze', 'gaze', 'real', 'real', 'real', 'real', 'real', 'real', 'swap', 'swap']);
    expect([...train.labels]).toEqual(train.types.map((type) => (type === 'real' ? 0 : 1)));
    expect(new Set([...train.identities, ...test.identities]).size).toBe(19);
    expect(train.pixels.length).toBe(11 * 8 * 32 * 32 * 3);
  });

  it('keeps pixels, points and names together when it shuffles', () => {
    const set = proceduralSet({ seed: 4, split: 'test', real: 3, fake: { paste: 3 } });
    const at = set.types.indexOf('paste');
    const [, seed, number] = /^s2\/(.*)\/(\d+)$/.exec(set.identities[at]!)!;
    const clip = proceduralClips({ seed: seed!, first: Number(number), count: 1, type: 'paste' });
    const length = 8 * 32 * 32 * 3;
    expect(Buffer.from(set.pixels.subarray(at * length, (at + 1) * length)).equals(Buffer.from(clip.pixels))).toBe(true);
    expect([...set.points.subarray(at * 96, (at + 1) * 96)]).toEqual([...clip.points]);
  });
});

describe('proceduralFaceClip', () => {
  it('gives what real videos give', () => {
    const clips = proceduralClips({ seed: 0, count: 2, type: 'real', size: 64 });
    const clip = proceduralFaceClip(clips, 1);
    expect(clip.crops).toHaveLength(8);
    expect(clip.crops[3]).toMatchObject({ width: 64, height: 64 });
    const at = ((1 * 8 + 3) * 64 * 64 + 10 * 64 + 20) * 3;
    expect([...clip.crops[3]!.data.subarray((10 * 64 + 20) * 4, (10 * 64 + 20) * 4 + 4)]).toEqual([
      ...clips.pixels.subarray(at, at + 3),
      255,
    ]);
    expect(clip.eyeDistancePx).toBeGreaterThan(2 * 3.4 * 1.3 * 2 - 0.01);
    expect(clip.keypoints[0]![0]![0]).toBeLessThan(clip.keypoints[0]![1]![0]);
    expect(() => proceduralFaceClip(clips, 2)).toThrow(VerilensError);
  });
});
