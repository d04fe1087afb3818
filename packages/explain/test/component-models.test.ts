import { type Detector, type Image, type Recognizer, VerilensError } from '@verilens/core';
import { createImage, fillRect } from '@verilens/vision';
import { expect, it } from 'vitest';
import {
  baselineImage,
  detectorModel,
  explainWith,
  recognizerLabelModel,
  recognizerModel,
  type SaliencyMethod,
  similarityTo,
} from '../src/index.ts';

/** Left half against right half: enough of a method for these tests. */
const halves: SaliencyMethod = {
  name: 'halves',
  needs: 'scores',
  async run({ image, baseline, values }) {
    const side = (x: number): Image =>
      fillRect({ ...image, data: image.data.slice() }, { x, y: 0, width: image.width / 2, height: image.height }, [
        baseline.data[0]!,
        baseline.data[1]!,
        baseline.data[2]!,
      ]);
    const [noLeft, noRight] = await values(2, (index) => side(index === 0 ? 0 : image.width / 2));
    return { rows: 1, columns: 2, values: [noRight! - noLeft!, noLeft! - noRight!] };
  },
};

const level = (image: Image, x: number): number => image.data[x * 4]! / 255;

it('wraps a recognizer: its embedding, explained by likeness', async () => {
  // looks at one pixel on the left and one on the right
  const recognizer = {
    name: 'two-pixels',
    dimensions: 2,
    embed: async (image: Image) => ({
      vector: Float32Array.of(level(image, 0), level(image, image.width - 1)),
      device: 'cpu',
      durationMs: 0,
    }),
  } as unknown as Recognizer;
  const image = fillRect(createImage(8, 8, [250, 250, 250]), { x: 4, y: 0, width: 4, height: 8 }, [20, 20, 20]);
  const explained = await explainWith(halves, {
    model: recognizerModel(recognizer),
    image,
    objective: similarityTo([1, 0], 'likeness to the left'),
    options: { fidelity: false, baseline: { kind: 'constant', rgb: [20, 20, 20] } },
    place: 'test',
  });
  expect(explained.value).toBeCloseTo(0.9968, 3);
  expect([...explained.saliency.values]).toEqual([1, -1]);
});

it('wraps a detector of pictures and of frames, and says what it does when it does not apply', async () => {
  const detector = (kind: 'image' | 'frames'): Detector =>
    ({
      name: 'light',
      demand: { kind },
      detect: async (input: { kind: string; image?: Image; frames?: AsyncIterable<{ image: Image }> }) => {
        let { image } = input;
        if (input.frames) for await (const frame of input.frames) image = frame.image;
        return { score: level(image!, 0) < 0.1 ? null : level(image!, 0) };
      },
    }) as unknown as Detector;
  for (const kind of ['image', 'frames'] as const) {
    const found = await detectorModel(detector(kind), { whenNotApplicable: 0.5 }).score([
      createImage(2, 2, [255, 0, 0]),
      createImage(2, 2, [0, 0, 0]),
    ]);
    expect(found.map((row) => row[0])).toEqual([1, 0.5]);
  }
  const clips = { name: 'clips', demand: { kind: 'face-clips' } } as unknown as Detector;
  expect(() => detectorModel(clips)).toThrow(/judges clips/);
});

it('makes every kind of baseline, and refuses nonsense', () => {
  const image = fillRect(createImage(9, 9, [0, 0, 0]), { x: 0, y: 0, width: 4, height: 9 }, [255, 255, 255]);
  expect(baselineImage({ kind: 'constant', rgb: [1, 2, 3] }, image, 'test').data.slice(0, 4)).toEqual(Uint8ClampedArray.of(1, 2, 3, 255));
  const blurred = baselineImage({ kind: 'blur', sigmaPx: 3 }, image, 'test').data[4 * 4]!;
  expect([blurred > 80, blurred < 200]).toEqual([true, true]);
  expect(baselineImage({ kind: 'image', image: createImage(3, 3, [9, 9, 9]) }, image, 'test').width).toBe(9);
  expect(() => baselineImage({ kind: 'blur', sigmaPx: 0 }, image, 'test')).toThrow(/baseline/);
  expect(() => baselineImage({ kind: 'constant', rgb: [0, 0, 256] }, image, 'test')).toThrow(/0\.\.255/);
});

it('the slope of a cosine is its derivative, and zeros are like nothing', () => {
  const nothing = similarityTo([1, 0]);
  expect([nothing.value([0, 0]), [...(nothing.slope!([0, 0]) as Float64Array)]]).toEqual([0, [0, 0]]);
  const objective = similarityTo([0.3, -0.2, 0.9]);
  const at = [0.5, 0.4, 0.1];
  [...(objective.slope!(at) as Float64Array)].forEach((slope, k) => {
    const moved = (by: number): number => objective.value(at.map((value, i) => (i === k ? value + by : value)));
    expect(slope).toBeCloseTo((moved(1e-6) - moved(-1e-6)) / 2e-6, 6);
  });
});

it('takes a picture in which nothing is left to embed as like nothing, once one was embedded', async () => {
  const seen = new Set<Image>();
  const face = createImage(8, 8, [200, 200, 200]);
  const recognizer = {
    name: 'needs-light',
    dimensions: 2,
    embed: async (image: Image) => {
      seen.add(image);
      if (level(image, 0) < 0.5) throw new VerilensError('BAD_INPUT', 'there is no face in the picture', { place: 'needs-light' });
      return { vector: Float32Array.of(1, 0) };
    },
  } as unknown as Recognizer;
  const dark = createImage(8, 8);
  await expect(recognizerModel(recognizer).score([dark])).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect((await recognizerModel(recognizer).score([face, dark])).map((row) => [...row])).toEqual([
    [1, 0],
    [0, 0],
  ]);
});

it('gives the labels of a recognizer as scores, in their own order, and refuses one without labels', async () => {
  const recognizer = {
    name: 'two',
    labels: ['a', 'b', 'c'],
    classify: async (_: Image, { top }: { top: number }) => ({
      labels: [
        { label: 'c', score: 0.7 },
        { label: 'a', score: 0.2 },
      ].slice(0, top),
    }),
  } as unknown as Recognizer;
  const model = recognizerLabelModel(recognizer);
  expect(model.outputs).toEqual(['a', 'b', 'c']);
  expect((await model.score([createImage(4, 4)]))[0]).toEqual(Float32Array.of(0.2, 0, 0.7));
  const without = { name: 'none', labels: [] } as unknown as Recognizer;
  expect(() => recognizerLabelModel(without)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});
