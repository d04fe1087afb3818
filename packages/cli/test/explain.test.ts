import type { Image, Plugin } from '@verilens/core';
import { explainWith, type SaliencyMethod } from '@verilens/explain';
import { native } from '@verilens/runtime-native';
import { colourPatchModel } from '@verilens/testing';
import { createImage, fillRect } from '@verilens/vision';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brightness, installed, temporaryFolder, verilens } from './helpers.ts';

/** Left half against right half. */
const halves: SaliencyMethod = {
  name: 'halves',
  needs: 'scores',
  async run({ image, baseline, values }) {
    const [red, green, blue] = baseline.data as unknown as [number, number, number];
    const box = (x: number) => ({ x, y: 0, width: image.width / 2, height: image.height });
    const without = (x: number) => fillRect({ ...image, data: image.data.slice() }, box(x), [red, green, blue]);
    const [noLeft, noRight] = await values(2, (index) => without(index === 0 ? 0 : image.width / 2));
    return { rows: 1, columns: 2, values: [noRight! - noLeft!, noLeft! - noRight!], figures: { asked: 2 } };
  },
};

const explainer: Plugin<'explainer'> = {
  name: 'halves',
  role: 'explainer',
  apiVersion: 1,
  create: async ({ runtime }) => ({
    name: 'halves',
    methods: [halves],
    warmup: async () => undefined,
    explain: async (model, image, objective, options = {}) => ({
      ...(await explainWith(halves, { model, image, objective, options, place: 'halves' })),
      device: runtime.device,
      durationMs: 1,
    }),
    dispose: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

const plugins = [installed(brightness()), installed(explainer)];
const runtime = () => native({ device: 'cpu', threads: 1 });

/** A folder with the network of coloured patches, and a picture that is red on the left. */
async function prepared(card: unknown = { image: { labels: ['red', 'green', 'blue'] } }): Promise<string> {
  const folder = await temporaryFolder({ 'patches.json': JSON.stringify(card) });
  await writeFile(join(folder, 'patches.onnx'), colourPatchModel());
  const { encodePng } = await import('@verilens/media');
  const picture = fillRect(createImage(64, 48, [128, 128, 128]), { x: 8, y: 8, width: 16, height: 16 }, [220, 30, 30]);
  await writeFile(join(folder, 'picture.png'), await encodePng(picture));
  return folder;
}

const said = async (folder: string, ...args: string[]) => {
  const { media } = await import('@verilens/media');
  return verilens(['explain', 'picture.png', '--model', 'patches.onnx', ...args], { folder, plugins, runtime, services: [media()] });
};

it('explains a class of an ONNX file and writes the map over the picture', async () => {
  const folder = await prepared();
  const { code, out, err } = await said(folder, '--class', '0', '--out', 'map.png');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^picture\.png: red \d/);
  expect(out).toMatch(/halves halves on cpu: 71 pictures judged/);
  expect(out).toMatch(/most important at 16, 24 of 64 x 48/);
  expect(out).toMatch(/deletion [\d.]+ \(random [\d.]+\), insertion [\d.]+ \(random [\d.]+\), filled with rgb 128,128,128/);
  const { openMedia } = await import('@verilens/media');
  const opened = await openMedia(join(folder, 'map.png'));
  const map = (await opened.frames()[Symbol.asyncIterator]().next()).value!.image;
  expect([map.width, map.height]).toEqual([64, 48]);
  // the left is tinted, the right is as it was
  expect(Array.from(map.data.slice(60 * 4, 60 * 4 + 3))).toEqual([128, 128, 128]);
  expect(Array.from(map.data.slice(0, 3))).not.toEqual([128, 128, 128]);
});

it('explains a score by name, a contrast and a likeness, as JSON', async () => {
  const folder = await prepared();
  const json = async (...args: string[]) => {
    const { code, out, err } = await said(folder, '--json', ...args);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as Record<string, unknown>;
  };
  expect(await json('--score', 'red', '--against', 'blue', '--baseline', 'black', '--seed', '4')).toMatchObject({
    picture: 'picture.png',
    model: 'patches.onnx',
    objective: 'red rather than blue',
    method: 'halves',
    baseline: { kind: 'constant', rgb: [0, 0, 0] },
    fidelity: { steps: 16, cells: 16, fill: { kind: 'constant' } },
    figures: { asked: 2 },
    map: { rows: 1, columns: 2, values: [1, -1] },
    device: 'cpu',
  });
  const like = await json('--like', 'picture.png', '--baseline', 'blur:2');
  expect(like['objective']).toBe('likeness to picture.png');
  expect(like['value']).toBeCloseTo(1, 5);
});

it('says what is wrong with the command, the model, the description and the class', async () => {
  const folder = await prepared({ image: { labels: ['red', 'green', 'blue'], mean: 'grey' } });
  const plain = await prepared({ name: 'a card that says nothing of pictures' });
  expect(await said(plain)).toMatchObject({ code: 64, err: expect.stringContaining('--class, --score and --like') });
  expect(await said(plain, '--class', '0', '--score', 'red')).toMatchObject({ code: 64 });
  expect(await said(plain, '--class', '0', '--baseline', 'sky')).toMatchObject({
    code: 64,
    err: expect.stringContaining('grey, black, white'),
  });
  expect(await said(plain, '--class', '0', '--out', 'map.gif')).toMatchObject({ code: 64, err: expect.stringContaining('.png') });
  expect(await said(folder, '--class', '0')).toMatchObject({ code: 2, err: expect.stringContaining('"mean"') });
  expect(await said(plain, '--class', '7')).toMatchObject({ code: 2, err: expect.stringContaining('0 to 2') });
  expect(await said(plain, '--class', '0', '--describe', 'nowhere.json')).toMatchObject({
    code: 2,
    err: expect.stringContaining('nowhere.json'),
  });
  const { media } = await import('@verilens/media');
  const missing = await verilens(['explain', 'picture.png', '--model', 'other.onnx', '--class', '0'], {
    folder: plain,
    plugins,
    runtime,
    services: [media()],
  });
  expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('other.onnx') });
  expect(await verilens(['explain', 'picture.png', '--model', 'patches.onnx', '--class', '0'], { folder: plain })).toMatchObject({
    code: 2,
    err: expect.stringContaining('no explainer is installed'),
  });
});

it('explains an installed detector by its one score, and a recognizer by its labels or a likeness', async () => {
  const folder = await prepared();
  const { media } = await import('@verilens/media');
  const level = ({ data }: Image): number => data[0]! / 255;
  const looks = async (image: Image) => ({ vector: Float32Array.of(level(image), 1 - level(image)), quality: 1 });
  const levels = {
    name: 'levels',
    role: 'recognizer',
    apiVersion: 1,
    create: async () => ({
      name: 'levels',
      dimensions: 2,
      labels: ['light', 'dark'],
      embed: looks,
      classify: async (image: Image) => ({
        labels: [
          { label: 'dark', score: 1 - level(image) },
          { label: 'light', score: level(image) },
        ],
      }),
      dispose: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  } as unknown as Plugin<'recognizer'>;
  const all = [...plugins, installed(levels)];
  const json = async (...args: string[]) => {
    const line = ['explain', 'picture.png', '--json', ...args];
    const { code, out, err } = await verilens(line, { folder, plugins: all, runtime, services: [media()] });
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const detector = await json('--model', 'brightness', '--baseline', 'black');
  expect(detector).toMatchObject({ model: 'brightness', objective: 'manipulated', map: { values: [1, -1] } });
  expect(detector['value']).toBeCloseTo(128 / 255, 3);
  expect(await json('--model', 'levels', '--score', 'dark')).toMatchObject({ model: 'levels', objective: 'dark' });
  expect(await json('--model', 'levels', '--like', 'picture.png')).toMatchObject({ objective: 'likeness to picture.png' });
  const refused = async (...args: string[]) =>
    verilens(['explain', 'picture.png', ...args], { folder, plugins: all, runtime, services: [media()] });
  expect(await refused('--model', 'levels')).toMatchObject({ code: 64, err: expect.stringContaining('levels has 2 scores') });
  expect(await refused('--model', 'halves', '--class', '0')).toMatchObject({ code: 64, err: expect.stringContaining('role explainer') });
  expect(await refused('--model', 'levels', '--class', '2')).toMatchObject({ code: 2, err: expect.stringContaining('0 to 1') });
  expect(await refused('--model', 'patches.onnx', '--class', '0', '--model-options', 'x.json')).toMatchObject({ code: 64 });
});

it('writes a report that needs nothing else', async () => {
  const folder = await prepared();
  const { code, err } = await said(folder, '--class', '0', '--report', 'why.html');
  expect([code, err]).toEqual([0, expect.stringContaining('Report: ')]);
  const page = await readFile(join(folder, 'why.html'), 'utf8');
  expect(page).toContain('Explanation report');
  expect(page).toContain('by patches.onnx, explained by halves (halves)');
  expect(page.match(/<img src="data:image/g)).toHaveLength(3);
  expect(page.match(/<polyline/g)).toHaveLength(4);
  expect(page).toMatch(/SHA-256 [0-9a-f]{64}/);
  // a run that fails leaves nothing behind
  expect(await said(folder, '--class', '9', '--report', 'no.html')).toMatchObject({ code: 2 });
  expect((await readdir(folder)).filter((name) => name.startsWith('no.html'))).toEqual([]);
});

it('explains a classifier in a hub folder by its labels, over the part of the picture it sees', async () => {
  const folder = await prepared();
  const hub = join(folder, 'tiny');
  await mkdir(join(hub, 'onnx'), { recursive: true });
  await writeFile(join(hub, 'onnx/model.onnx'), colourPatchModel());
  const labels = { 0: 'red', 1: 'green', 2: 'blue' };
  await writeFile(join(hub, 'config.json'), JSON.stringify({ model_type: 'vit', id2label: labels }));
  const seen = { size: { height: 32, width: 32 }, rescale_factor: 1 / 255, do_normalize: false };
  await writeFile(join(hub, 'preprocessor_config.json'), JSON.stringify(seen));
  const { media } = await import('@verilens/media');
  const call = (...args: string[]) =>
    verilens(['explain', 'picture.png', '--model', 'tiny', ...args], { folder, plugins, runtime, services: [media()] });
  const { code, out, err } = await call('--score', 'red', '--json');
  expect([code, err]).toEqual([0, '']);
  const { model, value, map } = JSON.parse(out) as { model: string; value: number; map: { values: number[] } };
  expect([model, map.values]).toEqual(['tiny', [1, -1]]);
  // probabilities, not logits
  expect(value).toBeGreaterThan(0.3);
  expect(value).toBeLessThan(1);
  expect(await call('--score', 'purple')).toMatchObject({ code: 2, err: expect.stringContaining('no output "purple"') });
  const wrong = ['explain', 'picture.png', '--model', 'hub:../x', '--class', '0'];
  expect(await verilens(wrong, { folder, plugins, runtime, services: [media()] })).toMatchObject({
    code: 2,
    err: expect.stringContaining('owner/name'),
  });
});
