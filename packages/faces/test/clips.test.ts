import type { Face, Image, Point, VideoFrame } from '@verilens/core';
import { invertAffine, transformPoint } from '@verilens/vision';
import { describe, expect, it } from 'vitest';
import { faceClips, type FaceClipOptions, type FaceFinder, type RejectedClip } from '../src/index.ts';

// The finder of these tests reads where the faces are from the frame's first pixels: x / 2 of each face, 0 for none.
const finder: FaceFinder = {
  model: 'back',
  async find(image) {
    return [0, 1].flatMap((k) => (image.data[k * 4] === 0 ? [] : [faceAt(image.data[k * 4]! * 2, 60 + k * 4)]));
  },
  examine: () => Promise.reject(new Error('not used')),
  dispose: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

function faceAt(x: number, y: number): Face {
  const at = (dx: number, dy: number): Point => [x + dx, y + dy];
  return {
    box: { x: x - 24, y: y - 20, width: 48, height: 48 },
    score: 0.9,
    keypoints: [at(-10, 0), at(10, 0), at(0, 10), at(0, 20), at(-20, 2), at(20, 2)],
  };
}

function frame(index: number, faces: readonly number[], light = 100, width = 320): VideoFrame {
  const image: Image = { data: new Uint8ClampedArray(width * 120 * 4).fill(light), width, height: 120 };
  for (let x = 0; x < width; x++) image.data[(60 * width + x) * 4 + 1] = x & 255; // a ramp along the eyes
  for (const k of [0, 1]) image.data[k * 4] = (faces[k] ?? 0) / 2;
  return { image, timestampMs: index * 40, index };
}

async function collect(
  frames: Iterable<VideoFrame>,
  options: FaceClipOptions = {},
  length = 8,
): Promise<{ clips: { trackId: number; start: number }[]; rejected: RejectedClip['reason'][] }> {
  const rejected: RejectedClip['reason'][] = [];
  const clips: { trackId: number; start: number }[] = [];
  const stream = (async function* () {
    yield* frames;
  })();
  for await (const clip of faceClips(
    stream,
    finder,
    { frames: length, size: 32 },
    { ...options, onReject: ({ reason }) => rejected.push(reason) },
  ))
    clips.push({ trackId: clip.trackId, start: clip.timestampsMs[0]! / 40 });
  return { clips, rejected };
}

const range = (from: number, to: number, make: (i: number) => VideoFrame): VideoFrame[] =>
  Array.from({ length: to - from }, (_, k) => make(from + k));

describe('faceClips', () => {
  it('cuts a full stream into windows with one track per person', async () => {
    const { clips, rejected } = await collect(range(0, 20, (i) => frame(i, [100 + 2 * i, 220])));
    expect(clips.filter(({ trackId }) => trackId === 0).map(({ start }) => start)).toEqual([0, 8]);
    expect(clips.filter(({ trackId }) => trackId === 1)).toHaveLength(2);
    expect(rejected).toEqual(['incomplete-burst']);
  });

  it('never joins frames across a gap of a burst', async () => {
    const { clips, rejected } = await collect([...range(0, 5, (i) => frame(i, [100])), ...range(10, 18, (i) => frame(i, [104]))]);
    expect(clips).toEqual([{ trackId: 0, start: 10 }]);
    expect(rejected).toEqual(['incomplete-burst']);
  });

  it('starts anew at a cut, with a new person number', async () => {
    const { clips, rejected } = await collect(range(0, 21, (i) => frame(i, [100], i < 13 ? 60 : 180)));
    expect(clips).toEqual([
      { trackId: 0, start: 0 },
      { trackId: 1, start: 13 },
    ]);
    expect(rejected).toEqual(['cut']);
  });

  it('says why a face gives no clip', async () => {
    expect((await collect(range(0, 8, (i) => frame(i, i < 2 ? [100] : [])))).rejected).toEqual(['face-lost']);
    expect(
      (
        await collect(
          range(0, 8, (i) => frame(i, [100])),
          { minEyeDistancePx: 30 },
        )
      ).rejected,
    ).toEqual(['face-too-small']);
    expect((await collect(range(0, 8, (i) => frame(i, [])))).clips).toEqual([]);
  });

  it('releases frames that nobody else reads: those of a window once it is cut, and those between windows', async () => {
    const released: number[] = [];
    const frames = range(0, 24, (i) => ({ ...frame(i, [100]), release: () => void released.push(i) }));
    await collect(frames);
    expect(released).toEqual([]);
    // One window of frames 0..7, and one from 20 on that stays unfinished.
    await collect(frames, { everyMs: 800, ownsFrames: true });
    expect(released.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    // Twice as fast as the clips: every second frame is passed over, and released too.
    released.length = 0;
    const quick = range(0, 15, (i) => ({ ...frame(i, [100]), timestampMs: i * 20, release: () => void released.push(i) }));
    const stream = (async function* () {
      yield* quick;
    })();
    const spec = { frames: 8, size: 32, frameMs: 40 };
    for await (const clip of faceClips(stream, finder, spec, { ownsFrames: true })) expect(clip.timestampsMs).toHaveLength(8);
    expect(released.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i));
  });

  it('passes over frames between windows when asked to', async () => {
    expect(
      (
        await collect(
          range(0, 50, (i) => frame(i, [100])),
          { everyMs: 800 },
        )
      ).clips.map(({ start }) => start),
    ).toEqual([0, 20, 40]);
  });

  it('takes every second frame of a video twice as fast, sampled in bursts or not', async () => {
    const fast = range(0, 100, (i) => ({ ...frame(i, [100]), timestampMs: i * 20 }));
    const burst = fast.filter(({ index }) => index % 50 < 16 && index % 2 === 0);
    const starts = async (frames: readonly VideoFrame[], everyMs: number): Promise<number[]> => {
      const found: number[] = [];
      const stream = (async function* () {
        yield* frames;
      })();
      for await (const clip of faceClips(stream, finder, { frames: 8, size: 32, frameMs: 40 }, { everyMs })) {
        expect(clip.timestampsMs.map((ms) => ms - clip.timestampsMs[0]!)).toEqual([0, 40, 80, 120, 160, 200, 240, 280]);
        found.push(clip.timestampsMs[0]!);
      }
      return found;
    };
    expect(await starts(fast, 1000)).toEqual([0, 1000]);
    expect(await starts(burst, 1000)).toEqual([0, 1000]);
    expect((await collect(range(0, 20, (i) => frame(i, [100])))).clips).toHaveLength(2);
  });

  it('crops what the transform says, moves in a straight line, and keeps the source', async () => {
    const jitter = [0, 2, -2, 0, 2, 0, -2, 2];
    const stream = (async function* () {
      yield* range(0, 8, (i) => frame(i, [100 + jitter[i]!]));
    })();
    for await (const clip of faceClips(stream, finder, { frames: 8, size: 32 }, { keepSource: true })) {
      const xs = clip.transforms.map((map) => transformPoint(invertAffine(map), [15.5, 15.5])[0]);
      for (let t = 1; t < 7; t++) expect(Math.abs(xs[t + 1]! - 2 * xs[t]! + xs[t - 1]!)).toBeLessThan(1e-6);
      const eye = clip.keypoints[3]![0]!;
      const [x, y] = transformPoint(invertAffine(clip.transforms[3]!), [Math.round(eye[0]), Math.round(eye[1])]);
      if (Math.abs(y - 60) < 0.2)
        expect(clip.crops[3]!.data[(Math.round(eye[1]) * 32 + Math.round(eye[0])) * 4 + 1]).toBeGreaterThan(0.5 * x);
      const patch = clip.sources[3]!;
      expect(patch.image.data[(60 - patch.y) * patch.image.width * 4 + 1]).toBe(patch.x & 255);
      expect(clip.startIndex).toBe(0);
    }
  });

  it('refuses frames that change size within a window, and impossible specs', async () => {
    await expect(collect([frame(0, []), frame(1, [], 100, 160)])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(collect([], {}, 0)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('stops when told to', async () => {
    await expect(
      collect(
        range(0, 9, (i) => frame(i, [])),
        { signal: AbortSignal.abort() },
      ),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
