import { createGallery, decodeGallery, type Embedding, type Image, type Plugin, type Recognizer, VerilensError } from '@verilens/core';
import { encodePng, media } from '@verilens/media';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed, verilens as run } from './helpers.ts';

/** Knows people by the colour of their picture; a black picture shows nobody, a white one two people. */
function colours(options: { model?: string } = {}): Plugin<'recognizer'> {
  const model = options.model ?? 'colours/1';
  return {
    name: 'colours',
    role: 'recognizer',
    apiVersion: 1,
    async create(): Promise<Recognizer> {
      let gallery = createGallery(model, 3);
      const info = { device: 'cpu', durationMs: 0 } as const;
      const embed = async (image: Image): Promise<Embedding> => {
        const rgb = [...image.data.subarray(0, 3)];
        if (rgb.every((value) => value < 5)) throw new VerilensError('BAD_INPUT', 'there is no face in the picture', { place: 'colours' });
        if (rgb.every((value) => value > 250))
          throw new VerilensError('BAD_INPUT', 'there are 2 faces in the picture', { place: 'colours' });
        return { vector: Float32Array.from(rgb, (value) => value / Math.hypot(...rgb)), model, ...info };
      };
      const dispose = async (): Promise<void> => undefined;
      const told = (cosine: number) => ({
        distance: 1 - cosine,
        similarity: cosine,
        falseAcceptRate: Math.max(1e-6, 1 - cosine),
        extrapolated: false,
      });
      return {
        name: 'colours',
        model,
        dimensions: 3,
        labels: [],
        calibration: {
          format: 'verilens-similarity/1',
          model,
          data: ['colours'],
          command: 'none',
          pairs: { same: 1, different: 100 },
          identities: 3,
          scale: 1,
          offset: 0,
          impostors: [[0, 1]],
          tail: { from: 0, rate: 1, excess: 0.1 },
          measuredDownTo: 0.01,
        },
        limits: { compare: 0.01, search: 0.01 },
        get enrolled() {
          return gallery.enrolled;
        },
        warmup: dispose,
        embed,
        embedAll: async (image) => {
          const black = image.data.subarray(0, 3).every((value) => value === 0);
          const box = { x: 0, y: 0, width: image.width, height: image.height };
          return { subjects: black ? [] : [{ box, embedding: await embed(image) }], rejected: [], ...info };
        },
        compare: async () => ({ ...told(1), match: true, ...info }),
        classify: () => Promise.reject(new Error('has no labels')),
        enroll: async (identity, images, { keepPicture = false } = {}) => {
          const vectors = await Promise.all(images.map(async (item) => ('vector' in item ? item : await embed(item)).vector));
          return { identity, samples: gallery.add(identity, vectors, keepPicture ? (images[0] as Image) : undefined), ...info };
        },
        forget: async (identity) => gallery.forget(identity),
        identify: async (item, { maxFalseAcceptRate = 0.01 } = {}) => {
          const vector = ('vector' in item ? item : await embed(item)).vector;
          const candidates = gallery.search(vector).map(({ identity, cosine }) => ({ identity, ...told(cosine) }));
          const best = candidates[0];
          return {
            identity: best && best.falseAcceptRate <= maxFalseAcceptRate ? best.identity : null,
            candidates,
            gallerySize: gallery.enrolled.length,
            ...info,
          };
        },
        pictureOf: (identity) => gallery.pictureOf(identity),
        saveGallery: () => gallery.encode(),
        loadGallery: async (bytes) => {
          gallery = await decodeGallery(bytes, model, 3);
        },
        dispose,
        [Symbol.asyncDispose]: dispose,
      };
    },
  };
}

const folder = await mkdtemp(join(tmpdir(), 'verilens-cli-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
let given: unknown;
const plugin = installed(colours(), { load: async (options) => ((given = options), colours(options as { model?: string })) });
const verilens = (args: readonly string[], plugins = [plugin]) => run(args, { folder, plugins, services: [media()] });

async function picture(path: string, r: number, g: number, b: number): Promise<void> {
  const data = new Uint8ClampedArray(16 * 16 * 4);
  for (let pixel = 0; pixel < 256; pixel++) data.set([r, g, b, 255], pixel * 4);
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), await encodePng({ data, width: 16, height: 16 }));
}

beforeAll(async () => {
  await picture('people/red/1.png', 200, 10, 10);
  await picture('people/red/2.png', 180, 12, 8);
  await picture('people/blue/1.png', 10, 10, 200);
  await picture('spoiled/red/1.png', 200, 10, 10);
  await picture('spoiled/red/two.png', 255, 255, 255);
  await picture('spoiled/nobody/1.png', 0, 0, 0);
  await picture('in/red.png', 190, 11, 9);
  await picture('in/green.png', 10, 200, 10);
  await picture('in/dark.png', 0, 0, 0);
  await writeFile(join(folder, 'in/broken.png'), 'no picture');
  await mkdir(join(folder, 'empty'));
});

describe('recognize', () => {
  it('enrols a folder of people and names them in pictures, strangers unknown', async () => {
    const enrolled = await verilens(['recognize', 'enrol', 'people', '--gallery', 'g.vlg']);
    expect(enrolled).toMatchObject({ code: 0, out: '2 people, 3 pictures: g.vlg\n', err: '' });
    const { code, out, err } = await verilens(['recognize', 'in', '--gallery', 'g.vlg', '--report', 'r.html']);
    expect(code).toBe(2);
    expect(out).toMatch(/in\/red\.png {2}red {2}similarity 1\.000, false-accept rate .*, cosine 1\.000/);
    expect(out).toMatch(/in\/green\.png {2}unknown {2}nearest /);
    expect(out).toMatch(/in\/dark\.png {2}nobody found/);
    expect(err).toMatch(/in\/broken\.png {2}FAILED/);
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    for (const text of ['Recognition report', 'red', 'Unknown', 'Nobody was found']) expect(page).toContain(text);
  });

  it('writes one JSON line for each input, without pixels', async () => {
    await verilens(['recognize', 'enrol', 'people', '--gallery', 'g.vlg', '--no-pictures', '--json']);
    const { code, out } = await verilens(['recognize', 'in/red.png', 'in/green.png', '--gallery', 'g.vlg', '--json']);
    expect(code).toBe(0);
    const items = out.trim().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
    expect(items.map(({ name, tracks }) => [name, tracks[0].identification.identity, 'picture' in tracks[0]])).toEqual([
      ['in/red.png', 'red', false],
      ['in/green.png', null, false],
    ]);
    expect(items[0].media.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('names the pictures and people it could not enrol, and ends with 2', async () => {
    const { code, out, err } = await verilens(['recognize', 'enrol', 'spoiled', '--gallery', 's.vlg']);
    expect([code, out]).toEqual([2, '1 people, 1 pictures: s.vlg\n']);
    expect(err).toMatch(/red\/two\.png: BAD_INPUT .*2 faces/);
    expect(err).toMatch(/nobody\/1\.png: BAD_INPUT .*no face/);
    expect(err).toMatch(/not enrolled: nobody/);
  });

  it('adds to a gallery only when asked', async () => {
    await verilens(['recognize', 'enrol', 'people', '--gallery', 'a.vlg']);
    const { out } = await verilens(['recognize', 'enroll', 'spoiled', '--gallery', 'a.vlg', '--add']);
    expect(out).toBe('2 people, 4 pictures: a.vlg\n');
  });

  it('takes a stricter limit', async () => {
    await verilens(['recognize', 'enrol', 'people', '--gallery', 'g.vlg']);
    const { out } = await verilens(['recognize', 'in/red.png', '--gallery', 'g.vlg', '--max-false-accept-rate', '0']);
    expect(out).toMatch(/unknown {2}nearest red/);
  });

  it('hands options to the plugin, paths counted from their file', async () => {
    await writeFile(join(folder, 'options.json'), '{"model":"other/1","models":{"embedding":"./net.onnx"}}');
    await verilens(['recognize', 'enrol', 'people', '--gallery', 'o.vlg', '--options', 'options.json']);
    expect(given).toEqual({ model: 'other/1', models: { embedding: join(folder, 'net.onnx') } });
    const { code, err } = await verilens(['recognize', 'in/red.png', '--gallery', 'o.vlg']);
    expect(code).toBe(2);
    expect(err).toMatch(/gallery is of another model.*colours\/1.*other\/1/);
  });

  it.each([
    { what: 'an empty folder', args: ['recognize', 'enrol', 'empty', '--gallery', 'x.vlg'], code: 2, text: /no folder of a class/ },
    { what: 'a folder that is not there', args: ['recognize', 'enrol', 'gone', '--gallery', 'x.vlg'], code: 2, text: /NOT_FOUND/ },
    { what: 'no gallery', args: ['recognize', 'in'], code: 64, text: /--gallery/ },
    { what: 'a gallery that is not there', args: ['recognize', 'in', '--gallery', 'gone.vlg'], code: 2, text: /recognize enrol/ },
    { what: 'a gallery that is none', args: ['recognize', 'in', '--gallery', 'in/red.png'], code: 2, text: /this is no gallery/ },
    {
      what: 'a plugin nobody installed',
      args: ['recognize', 'in', '--gallery', 'g.vlg', '--plugin', 'colour'],
      code: 2,
      text: /Did you mean "colours"/,
    },
    {
      what: 'too few people to calibrate on',
      args: ['recognize', 'calibrate', 'people', '--out', 'c.json'],
      code: 2,
      text: /too few pairs/,
    },
  ])('explains $what', async ({ args, code, text }) => {
    await verilens(['recognize', 'enrol', 'people', '--gallery', 'g.vlg']);
    const result = await verilens(args);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(text);
  });

  it('explains a damaged gallery, none and several recognizers', async () => {
    const bytes = await readFile(join(folder, 'g.vlg'));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(folder, 'damaged.vlg'), bytes);
    expect((await verilens(['recognize', 'in', '--gallery', 'damaged.vlg'])).err).toMatch(/damaged or cut off/);
    expect((await verilens(['recognize', 'in', '--gallery', 'g.vlg'], [])).err).toMatch(/no recognizer is installed here/);
    const two = [plugin, { ...plugin, name: 'other' }];
    expect((await verilens(['recognize', 'in', '--gallery', 'g.vlg'], two)).err).toMatch(
      /several plugins are a recognizer; expected --plugin with one of colours, other/,
    );
  });

  it('calibrates on people, and says what the rates would accept', async () => {
    for (let person = 0; person < 12; person++) {
      const angle = (person / 12) * Math.PI * 0.5;
      for (const shade of [200, 210]) {
        await picture(`many/p${person}/${shade}.png`, Math.round(shade * Math.cos(angle)), Math.round(shade * Math.sin(angle)), 20);
      }
    }
    const { code, out } = await verilens(['recognize', 'calibrate', 'many', '--out', 'c.json', '--data', 'colours drawn here']);
    expect(code).toBe(0);
    expect(out).toMatch(/false accepts +cosine +different people +same person/);
    const calibration = JSON.parse(await readFile(join(folder, 'c.json'), 'utf8'));
    expect(calibration).toMatchObject({ model: 'colours/1', identities: 12, pairs: { same: 12, different: 264 } });
    expect(calibration.data[0]).toBe('colours drawn here: 24 pictures of 12 people');
  });
});
