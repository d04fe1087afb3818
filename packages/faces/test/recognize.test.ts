import {
  type Box,
  calibratedSimilarity,
  createGallery,
  type Image,
  type Recognizer,
  type SimilarityCalibration,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { recognizeFrames } from '../src/recognize.ts';

const image: Image = { data: new Uint8ClampedArray(100 * 100 * 4).fill(90), width: 100, height: 100 };
const calibration: SimilarityCalibration = {
  format: 'verilens-similarity/1',
  model: 'stub/1',
  data: [],
  command: 'none',
  pairs: { same: 1, different: 1000 },
  identities: 10,
  scale: 20,
  offset: -10,
  impostors: [[-1, 1]],
  tail: { from: 0, rate: 0.5, excess: 0.1 },
  measuredDownTo: 0.001,
};
const unit = (...values: number[]): Float32Array => Float32Array.from(values, (value) => value / Math.hypot(...values));
const ANN = unit(1, 0, 0, 0);
const BOB = unit(0, 1, 0, 0);

interface Seen {
  readonly vector: Float32Array;
  readonly x: number;
  readonly quality?: number;
}

/** Sees in frame `n` what `script[n]` says. */
function stub(script: readonly (readonly Seen[])[], rejected: readonly { box: Box; reason: string }[] = []): Recognizer {
  const gallery = createGallery('stub/1', 4);
  gallery.add('ann', [ANN]);
  gallery.add('bob', [BOB]);
  const run = { device: 'cpu', durationMs: 1 } as const;
  let frame = 0;
  const told = (cosine: number) => ({ distance: 1 - cosine, ...calibratedSimilarity(cosine, calibration) });
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const part: Partial<Recognizer> = {
    model: 'stub/1',
    embedAll: async () => ({
      subjects: script[frame++]!.map(({ vector, x, quality }) => ({
        box: { x, y: 10, width: 20, height: 20 },
        embedding: { vector, model: 'stub/1', quality, ...run },
      })),
      rejected,
      ...run,
    }),
    compare: async (a, b) => {
      const result = told(dot((a as { vector: Float32Array }).vector, (b as { vector: Float32Array }).vector));
      return { ...result, match: result.falseAcceptRate <= 0.001, ...run };
    },
    identify: async (embedding, { maxFalseAcceptRate = 0.01 } = {}) => {
      const candidates = gallery
        .search((embedding as { vector: Float32Array }).vector)
        .map(({ identity, cosine }) => ({ identity, ...told(cosine) }));
      return {
        identity: candidates[0]!.falseAcceptRate <= maxFalseAcceptRate ? candidates[0]!.identity : null,
        candidates,
        gallerySize: 2,
        ...run,
      };
    },
  };
  return part as Recognizer;
}

async function* frames(count: number, everyMs: number = 500): AsyncGenerator<VideoFrame> {
  for (let index = 0; index < count; index++) yield { image, timestampMs: index * everyMs, index };
}

describe('recognizeFrames', () => {
  it('follows two people and names each from all their looks', async () => {
    const script = [0, 1, 2].map((t) => [
      { vector: ANN, x: 10 + t },
      { vector: BOB, x: 60 - t },
    ]);
    const { tracks, frames: seen, rejected } = await recognizeFrames(stub(script), frames(3));
    expect(tracks.map(({ looks, startMs, endMs, identification }) => [looks, startMs, endMs, identification.identity])).toEqual([
      [3, 0, 1000, 'ann'],
      [3, 0, 1000, 'bob'],
    ]);
    expect([seen, rejected]).toEqual([3, []]);
  });

  it('does not let one bad look decide: the mean over a track does', async () => {
    const blurred = unit(0.38, 0, 1, 0);
    const script = [
      [{ vector: blurred, x: 10, quality: 0.2 }],
      [{ vector: ANN, x: 11, quality: 0.9 }],
      [{ vector: ANN, x: 12, quality: 0.9 }],
    ];
    const { tracks } = await recognizeFrames(stub(script), frames(3));
    expect(tracks.length).toBe(1);
    expect(tracks[0]!.identification.identity).toBe('ann');
    expect(tracks[0]!.timestampMs).toBeGreaterThan(0);
    const [alone] = (await recognizeFrames(stub([script[0]!]), frames(1))).tracks;
    expect(alone!.identification.identity).toBeNull();
  });

  it('keeps two people apart who stand in one place, one after the other', async () => {
    const { tracks } = await recognizeFrames(
      stub([[{ vector: ANN, x: 10 }], [{ vector: BOB, x: 10 }], [{ vector: ANN, x: 10 }]]),
      frames(3),
    );
    expect(tracks.map(({ looks, identification }) => [looks, identification.identity])).toEqual([
      [2, 'ann'],
      [1, 'bob'],
    ]);
  });

  it('finds somebody again elsewhere, later, by looks', async () => {
    const script = [[{ vector: ANN, x: 5 }], ...Array.from({ length: 8 }, () => []), [{ vector: ANN, x: 75 }]];
    const { tracks } = await recognizeFrames(stub(script), frames(10));
    expect(tracks.length).toBe(1);
    expect(tracks[0]).toMatchObject({ looks: 2, startMs: 0, endMs: 4500 });
  });

  it('counts those who were not good enough, and says nothing about nobody', async () => {
    const box = { x: 0, y: 0, width: 5, height: 5 };
    const result = await recognizeFrames(stub([[], []], [{ box, reason: 'too small' }]), frames(2));
    expect(result.tracks).toEqual([]);
    expect(result.rejected).toEqual([{ reason: 'too small', count: 2 }]);
  });

  it('keeps of a picture only the surroundings of the face', async () => {
    const { tracks } = await recognizeFrames(stub([[{ vector: ANN, x: 10 }]]), frames(1));
    expect([tracks[0]!.picture.width, tracks[0]!.picture.height]).toEqual([30, 30]);
  });

  it('stops when asked, and refuses a stream without frames', async () => {
    const stop = new AbortController();
    const work = recognizeFrames(stub([[], [], []]), frames(3), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(recognizeFrames(stub([]), frames(0))).rejects.toBeInstanceOf(VerilensError);
  });
});
