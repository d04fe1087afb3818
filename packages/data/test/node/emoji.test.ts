import { encodePng } from '@verilens/media';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom, pictureAt, viewOfDrawing } from '../../src/index.ts';
import { classFolders, emojiCatalogue, emojiPictures, emojiSplit, type EmojiStyle, openDrawing, readPictures } from '../../src/node.ts';
import { tree } from './tree.ts';

const LIST = [
  { unified: '1F40A', short_name: 'crocodile', category: 'Animals & Nature', subcategory: 'animal-reptile', sort_order: 2 },
  { unified: '2615', non_qualified: null, short_name: 'coffee', category: 'Food & Drink', subcategory: 'drink', sort_order: 1 },
  {
    unified: '2708-FE0F',
    non_qualified: '2708',
    short_name: 'airplane',
    category: 'Travel & Places',
    subcategory: 'transport-air',
    sort_order: 3,
  },
  { unified: '1F550', short_name: 'clock1', category: 'Travel & Places', subcategory: 'time', sort_order: 4 },
  { unified: '1F600', short_name: 'grinning', category: 'Smileys & Emotion', subcategory: 'face-smiling', sort_order: 5 },
  { unified: '1F41A', short_name: 'shell', category: 'Animals & Nature', subcategory: 'animal-marine', sort_order: 6 },
];

/** Folders as the packages have them; the shell is drawn in three styles only. */
async function packages(): Promise<Record<EmojiStyle, string>> {
  const square = (r: number): Promise<Uint8Array> => {
    const data = new Uint8ClampedArray(8 * 8 * 4);
    for (let i = 0; i < 64; i++) if (i % 8 > 1 && i % 8 < 6) data.set([r, 0, 0, 255], 4 * i);
    return encodePng({ data, width: 8, height: 8 });
  };
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect x="18" width="36" height="72" fill="#00f"/></svg>';
  const names = ['1f40a', '2615', '1f550', '1f600', '1f41a'];
  const root = await tree({ 'noto/emoji.json': JSON.stringify(LIST) });
  const put = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  };
  for (const name of names) {
    await put(`noto/img/google/64/${name}.png`, await square(255));
    await put(`twemoji/img/twitter/64/${name}.png`, await square(200));
    await put(`fluent/assets/${name}.webp`, await square(150));
    if (name !== '1f41a') await put(`openmoji/color/svg/${name.toUpperCase()}.svg`, svg);
  }
  // the packages disagree on FE0F
  await put('noto/img/google/64/2708-fe0f.png', await square(255));
  await put('twemoji/img/twitter/64/2708-fe0f.png', await square(200));
  await put('fluent/assets/2708.webp', await square(150));
  await put('openmoji/color/svg/2708.svg', svg);
  return Object.fromEntries(['noto', 'twemoji', 'fluent', 'openmoji'].map((style) => [style, join(root, style)])) as Record<
    EmojiStyle,
    string
  >;
}

describe('emoji', () => {
  it('are those drawn in every style, in the list’s order, without clocks and faces unless asked for', async () => {
    const folders = await packages();
    const found = await emojiCatalogue({ folders });
    expect(found.map(({ name }) => name)).toEqual(['coffee', 'crocodile', 'airplane']);
    expect(found[2]!.drawings.noto).toContain('2708-fe0f.png');
    expect(found[2]!.drawings.openmoji).toContain('2708.svg');
    const faces = await emojiCatalogue({ folders, accept: ({ category }) => category === 'Smileys & Emotion' });
    expect(faces.map(({ name }) => name)).toEqual(['grinning']);
  });

  it('are opened with transparent surroundings, drawn ones too', async () => {
    const [coffee] = await emojiCatalogue({ folders: await packages() });
    const painted = await openDrawing(coffee!, 'noto');
    expect(Array.from(painted.data.subarray(0, 4))).toEqual([0, 0, 0, 0]);
    expect(Array.from(painted.data.subarray(4 * 3, 4 * 4))).toEqual([255, 0, 0, 255]);
    const drawn = await openDrawing(coffee!, 'openmoji');
    expect([drawn.width, drawn.height, drawn.data[3], ...drawn.data.subarray(4 * 36, 4 * 37)]).toEqual([72, 72, 0, 0, 0, 255, 255]);
  });

  it('become pictures that follow from the seed, one class an emoji', async () => {
    const emoji = await emojiCatalogue({ folders: await packages() });
    const set = await emojiPictures(emoji, { side: 8, views: 3, seed: 0 });
    expect([set.labels.length, set.classes, set.channels]).toEqual([36, ['coffee', 'crocodile', 'airplane'], 3]);
    expect(await emojiPictures(emoji, { side: 8, views: 3, seed: 0 })).toEqual(set);
    expect((await emojiPictures(emoji, { side: 8, views: 3, seed: 1 })).pixels).not.toEqual(set.pixels);
    await expect(emojiPictures([], { side: 8, views: 3, seed: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('are tested by a drawing that is not among those to train on', async () => {
    const emoji = await emojiCatalogue({ folders: await packages() });
    const options = { side: 8, seed: 0, turn: 0, shift: 0, light: 0, size: [1, 1] } as const;
    const { train, test, again } = await emojiSplit(emoji, { ...options, views: { train: 2, test: 1, again: 1 } });
    expect([train.labels.length, test.labels.length, again!.labels.length]).toEqual([18, 3, 9]);
    const colour = (set: typeof train, at: number): string => Array.from(pictureAt(set, at).data.subarray(4 * 36, 4 * 36 + 3)).join();
    for (let label = 0; label < 3; label++) {
      const own = [...train.labels.keys()].filter((at) => train.labels[at] === label);
      expect(own.map((at) => colour(train, at))).not.toContain(colour(test, label));
      // other pictures of the drawings to train on
      const others = [...again!.labels.keys()].filter((at) => again!.labels[at] === label);
      expect(new Set(others.map((at) => colour(again!, at)))).toEqual(new Set(own.map((at) => colour(train, at))));
    }
  });

  it('say what is missing', async () => {
    const folders = await packages();
    await expect(emojiCatalogue({ folders: { ...folders, fluent: '/nowhere' } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      expected: '/nowhere/assets',
    });
    const damaged = { ...folders, noto: await tree({ 'emoji.json': '[{"unified": 3}]' }) };
    await expect(emojiCatalogue({ folders: damaged })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('viewOfDrawing', () => {
  it('keeps the drawing in the middle of a plain ground', () => {
    const data = new Uint8ClampedArray(16 * 16 * 4);
    for (let i = 0; i < 256; i++) if (i % 16 > 3 && i % 16 < 12 && i >> 4 > 3 && i >> 4 < 12) data.set([0, 0, 0, 255], 4 * i);
    const still = { side: 16, turn: 0, shift: 0, size: [1, 1], light: 0 } as const;
    const view = viewOfDrawing({ data, width: 16, height: 16 }, still, createRandom(0));
    const at = (x: number, y: number): number => view.data[4 * (y * 16 + x)]!;
    expect(at(8, 8)).toBe(0);
    expect(at(0, 0)).toBeGreaterThan(118);
    expect([at(15, 0), at(0, 15), at(15, 15)]).toEqual([at(0, 0), at(0, 0), at(0, 0)]);
    expect(() => viewOfDrawing(view, { side: 2 }, createRandom(0))).toThrow(/whole side/);
  });
});

it('readPictures stretches the pictures of folders to small squares', async () => {
  const files = await classFolders(await tree(['cup/a.png', 'cup/b.png', 'fork/a.png']));
  const grey = await readPictures(files, { side: 4, channels: 1 });
  expect([grey.labels.length, grey.pixels.length, grey.classes]).toEqual([3, 48, ['cup', 'fork']]);
  expect((await readPictures(files, { side: 4 })).pixels.length).toBe(144);
});
