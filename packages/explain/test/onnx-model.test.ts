import { type Image, type Runtime, Tensor, VerilensError } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { colourPatches, colourPatchModel, expectAllClose, onnxBytes, PATCH_LABELS, PATCH_PICTURE } from '@verilens/testing';
import { toTensor } from '@verilens/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxModel, shuffledParameters } from '../src/index.ts';

let runtime: Runtime;
let web: Runtime;
beforeAll(async () => {
  [runtime, web] = await Promise.all([native({ device: 'cpu', threads: 1 }), wasm({ device: 'wasm', threads: 1 })]);
});
afterAll(() => Promise.all([runtime.dispose(), web.dispose()]));

const side = PATCH_PICTURE;
const pixelsOf = (...images: readonly Image[]): Tensor => {
  const data = new Float32Array(images.length * 3 * side * side);
  images.forEach((image, place) => toTensor(image, data, place * 3 * side * side));
  return new Tensor('float32', data, [images.length, 3, side, side]);
};
const row = (...values: number[]): Float32Array => Float32Array.from(values);
const refused = async (work: Promise<unknown>): Promise<VerilensError> =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => (expect(error).toBeInstanceOf(VerilensError), error as VerilensError),
  );

describe('an ONNX file', () => {
  it('gives scores, named and in order, whatever the size of the picture and of its batch', async () => {
    const { image } = colourPatches(1);
    await using free = await openOnnxModel(colourPatchModel(), { runtime, description: { labels: PATCH_LABELS } });
    await using single = await openOnnxModel(colourPatchModel({ batch: 1 }), { runtime });
    await using three = await openOnnxModel(colourPatchModel({ batch: 3 }), { runtime });
    expect([free.outputs, single.outputs]).toEqual([PATCH_LABELS, ['0', '1', '2']]);
    const [scores] = await free.score([image]);
    // 64 pixels of colour contrast 0.54 of 1024, times 20; the edge of a blurred patch loses a little
    expect(scores![0]).toBeGreaterThan(0.4);
    expect(scores![0]).toBeLessThan(0.8);
    expect(scores![1]).toBe(0);
    const big = { data: new Uint8ClampedArray(70 * 50 * 4).fill(200), width: 70, height: 50 };
    const wanted = await free.score([image, big, image, image]);
    for (const model of [single, three]) {
      const found = await model.score([image, big, image, image]);
      found.forEach((scores, place) => expectAllClose(scores, wanted[place]!));
    }
  });

  it.each([
    ['as it is', {}, 'N'],
    ['of a fixed batch', {}, 1],
    ['with a softmax after it', { activation: 'softmax' }, 'N'],
    ['with a sigmoid after it', { activation: 'sigmoid' }, 'N'],
    ['of another scale, order and deviation', { divide: 127.5, mean: [1, 0.9, 1.1], std: [1, 2, 0.5], order: 'bgr' }, 'N'],
  ] as const)('%s has gradients that agree with differences of its scores', async (_, description, batch) => {
    await using model = await openOnnxModel(colourPatchModel(batch === 1 ? { batch } : {}), { runtime, description });
    const { image } = colourPatches(2);
    const pixels = pixelsOf(image, colourPatches(3).image);
    const weights = [row(1, 0.2, -0.5), row(0, 1, 1)];
    const { scores, gradient } = await model.gradient!(pixels, weights);
    expectAllClose(scores[0]!, (await model.score([image]))[0]!, { atol: 1e-5 });
    expectAllClose((await model.scorePixels!(pixels))[1]!, scores[1]!);
    const data = gradient.data as Float32Array;
    const value = async (moved: Float32Array): Promise<number> => {
      const found = await model.gradient!(new Tensor('float32', moved, pixels.dims), weights);
      return found.scores[0]!.reduce((sum, score, k) => sum + score * weights[0]![k]!, 0);
    };
    // a whole direction at once: single pixels are lost in the rounding of float32
    const length = Math.sqrt(data.slice(0, 3 * side * side).reduce((sum, slope) => sum + slope * slope, 0));
    const step = 1e-2;
    const along = (sign: number): Float32Array =>
      Float32Array.from(pixels.data as Float32Array, (pixel, k) => pixel + (k < 3 * side * side ? (sign * step * data[k]!) / length : 0));
    expect(((await value(along(1))) - (await value(along(-1)))) / (2 * step)).toBeCloseTo(length, 2);
    expect(length).toBeGreaterThan(1e-3);
  });

  it('takes grey pictures and channels last', async () => {
    const grey = onnxBytes({
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4, 4, 1] }],
      nodes: [
        {
          op: 'ReduceMean',
          inputs: ['x'],
          outputs: ['y'],
          attributes: [
            { name: 'axes', ints: [1, 2] },
            { name: 'keepdims', int: 0 },
          ],
        },
      ],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 1] }],
    });
    await using model = await openOnnxModel(grey, { runtime, description: { divide: 1 } });
    const image = { data: new Uint8ClampedArray(4 * 4 * 4).fill(100), width: 4, height: 4 };
    expect((await model.score([image]))[0]![0]).toBeCloseTo(100, 3);
    const { scores, gradient } = await model.gradient!(new Tensor('float32', new Float32Array(48).fill(100 / 255), [1, 3, 4, 4]), [row(1)]);
    expect(scores[0]![0]).toBeCloseTo(100, 3);
    const slopes = gradient.data as Float32Array;
    expectAllClose(
      [slopes[0]!, slopes[16]!, slopes[32]!],
      [0.299, 0.587, 0.114].map((v) => (v * 255) / 16),
      { rtol: 1e-4 },
    );
  });

  it('shows the last convolution, or a layer by the name of its tensor', async () => {
    await using model = await openOnnxModel(colourPatchModel(), { runtime });
    expect(model.layers).toEqual(['/blur', '/seen']);
    const pixels = pixelsOf(colourPatches(1).image);
    const last = await model.features!(pixels, [row(1, 0, 0)]);
    expect([last.layer, last.activation.dims]).toEqual(['/seen', [1, 3, side, side]]);
    expectAllClose((last.gradient.data as Float32Array).slice(0, 2), [20 / side ** 2, 20 / side ** 2]);
    expect((last.gradient.data as Float32Array)[side * side]).toBe(0);
    const named = await model.features!(pixels, [row(1, 0, 0)], { layer: '/colours' });
    expect(Math.min(...(named.activation.data as Float32Array))).toBeLessThan(0);
    expect((await refused(model.features!(pixels, [row(1, 0, 0)], { layer: '/colour' }))).message).toMatch(/\/blur, \/seen/);
    expect((await refused(model.features!(pixels, [row(1, 0, 0)], { layer: '/flat' }))).code).toBe('BAD_SHAPE');
  });

  it('agrees with itself on WASM', async () => {
    const pixels = pixelsOf(colourPatches(4).image);
    await using here = await openOnnxModel(colourPatchModel(), { runtime, description: { activation: 'softmax' } });
    await using there = await openOnnxModel(colourPatchModel(), { runtime: web, description: { activation: 'softmax' } });
    const weights = [row(1, 0, -1)];
    const [one, two] = [await here.gradient!(pixels, weights), await there.gradient!(pixels, weights)];
    expectAllClose(one.gradient, two.gradient, { atol: 1e-6 });
    expectAllClose(one.scores[0]!, two.scores[0]!, { atol: 1e-5 });
    const [a, b] = [await here.features!(pixels, weights), await there.features!(pixels, weights)];
    expectAllClose(a.gradient, b.gradient, { atol: 1e-6 });
  });

  it('with shuffled parameters is the same network that knows nothing', async () => {
    await using model = await openOnnxModel(colourPatchModel(), { runtime });
    const bytes = shuffledParameters(colourPatchModel(), model.shape, 7);
    await using other = await openOnnxModel(bytes, { runtime });
    const { image } = colourPatches(1);
    const [right, wrong] = [(await model.score([image]))[0]!, (await other.score([image]))[0]!];
    expect(Math.max(...right.map((score, k) => Math.abs(score - wrong[k]!)))).toBeGreaterThan(0.05);
    expect(other.layers!.length).toBe(2);
    expect(shuffledParameters(colourPatchModel(), model.shape, 7)).toEqual(bytes);
  });

  it('is refused, in words, when it cannot be explained', async () => {
    const ranks = onnxBytes({
      inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 10] }],
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 10] }],
    });
    const words = await refused(openOnnxModel(ranks, { runtime }));
    expect([words.code, words.message]).toEqual(['BAD_MODEL', expect.stringMatching(/no picture input.*x float32\[N, 10\]/)]);
    const bytes = colourPatchModel();
    expect((await refused(openOnnxModel(bytes, { runtime, description: { output: 'nope' } }))).message).toMatch(/logits/);
    expect((await refused(openOnnxModel(bytes, { runtime, description: { width: 99 } }))).code).toBe('BAD_OPTION');
    expect((await refused(openOnnxModel(bytes, { runtime, description: { labels: ['one'] } }))).message).toMatch(/3 labels/);
    const model = await openOnnxModel(bytes, { runtime });
    await model.dispose();
    await model.dispose();
    expect((await refused(model.score([colourPatches(1).image]))).code).toBe('DISPOSED');
  });
});
