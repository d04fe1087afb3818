import { describe, expect, it } from 'vitest';
import { type EmbeddingMethod, embeddingRecognizer, type Image, searchLimit, type SimilarityCalibration } from '../src/index.ts';

const calibration: SimilarityCalibration = {
  format: 'verilens-similarity/1',
  model: 'thumb/1',
  data: ['none'],
  command: 'none',
  pairs: { same: 1, different: 9 },
  identities: 4,
  scale: 10,
  offset: -5,
  impostors: [
    [-1, 1],
    [0.5, 0.1],
  ],
  tail: { from: 0.5, rate: 0.1, excess: 0.1 },
  measuredDownTo: 0.1,
};

/** The colour of the first pixel, as it comes: not of length 1. */
function method(parts: Partial<EmbeddingMethod> = {}): EmbeddingMethod {
  return {
    name: 'thumb',
    model: 'thumb/1',
    dimensions: 3,
    device: 'cpu',
    calibration,
    limits: { compare: 0.01, search: 0.05 },
    look: async (image, place) => {
      if (image.width === 1) throw new Error(place);
      return { vector: Float32Array.from(image.data.subarray(0, 3)), quality: 0.5, picture: () => image };
    },
    ...parts,
  };
}

const colour = (...rgb: readonly [number, number, number]): Image => ({
  data: new Uint8ClampedArray([...rgb, 255, ...rgb, 255]),
  width: 2,
  height: 1,
});

describe('embeddingRecognizer', () => {
  it('divides vectors by their length and answers calibrated', async () => {
    const recognizer = embeddingRecognizer(method());
    const { vector, quality, model } = await recognizer.embed(colour(30, 40, 0));
    expect(Array.from(vector)).toEqual([Math.fround(0.6), Math.fround(0.8), 0]);
    expect([quality, model]).toEqual([0.5, 'thumb/1']);
    const same = await recognizer.compare(colour(30, 40, 0), colour(60, 80, 0));
    expect(same.distance).toBeCloseTo(0);
    expect(same.match).toBe(true);
    expect((await recognizer.compare(colour(1, 0, 0), colour(0, 1, 0))).match).toBe(false);
  });

  it('takes the whole picture as the subject where nobody is looked for, and the labels of a classifier, best first', async () => {
    const { subjects } = await embeddingRecognizer(method()).embedAll(colour(1, 2, 3));
    expect(subjects.map(({ box }) => box)).toEqual([{ x: 0, y: 0, width: 2, height: 1 }]);
    await expect(embeddingRecognizer(method()).classify(colour(1, 2, 3))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    const scores = [
      { label: 'a', score: 0.2 },
      { label: 'b', score: 0.8 },
    ];
    const own = embeddingRecognizer(method({ classifier: { labels: ['a', 'b'], classify: async () => scores } }));
    expect((await own.classify(colour(1, 2, 3))).labels.map(({ label }) => label)).toEqual(['b', 'a']);
    expect(own.labels).toEqual(['a', 'b']);
  });

  it('enrols all pictures or none, and names the one that failed', async () => {
    const recognizer = embeddingRecognizer(method());
    const broken = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
    await expect(recognizer.enroll('ann', [colour(1, 0, 0), broken])).rejects.toThrow('thumb: picture 2 of ann');
    expect(recognizer.enrolled).toEqual([]);
    await recognizer.enroll('ann', [colour(1, 0, 0)], { keepPicture: true });
    expect(recognizer.pictureOf('ann')).toEqual(colour(1, 0, 0));
    expect((await recognizer.identify(colour(9, 0, 0))).identity).toBe('ann');
    expect((await recognizer.identify(colour(0, 9, 0))).identity).toBeNull();
  });

  it('names nobody in a small gallery whom a comparison would refuse, unless the call allows it', async () => {
    const recognizer = embeddingRecognizer(method());
    const [own, alike] = [colour(100, 0, 0), colour(65, 76, 0)]; // a cosine of 0.65: rate 0.022
    await recognizer.enroll('ann', [own]);
    const { identity, candidates } = await recognizer.identify(alike);
    expect(candidates[0]!.falseAcceptRate).toBeLessThan(recognizer.limits.search);
    expect((await recognizer.compare(own, alike)).match).toBe(false);
    expect(identity).toBeNull();
    expect((await recognizer.identify(alike, { maxFalseAcceptRate: 0.05 })).identity).toBe('ann');
    // among many the limit of the whole search is the stricter
    expect(searchLimit(recognizer.limits, 1)).toBeCloseTo(0.01, 10);
    expect(searchLimit(recognizer.limits, 100)).toBe(0.05);
  });

  it('refuses what has no direction, embeddings of others, and answers without a calibration', async () => {
    const recognizer = embeddingRecognizer(method());
    await expect(recognizer.embed(colour(0, 0, 0))).rejects.toMatchObject({ code: 'NOT_FINITE' });
    const embedding = await recognizer.embed(colour(1, 1, 1));
    await expect(recognizer.identify({ ...embedding, model: 'thumb/2' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const uncalibrated = embeddingRecognizer(method({ calibration: undefined }));
    await expect(uncalibrated.compare(embedding, embedding)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(recognizer.compare(embedding, embedding, { maxFalseAcceptRate: 2 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('disposes of the method once, and is of no use then', async () => {
    let times = 0;
    const recognizer = embeddingRecognizer(method({ dispose: async () => void times++ }));
    await recognizer.dispose();
    await recognizer.dispose();
    expect(times).toBe(1);
    await expect(recognizer.embed(colour(1, 1, 1))).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
