import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fashionMnist, idxLabels, idxPictures, mnist, mnistPackage, readIdx } from '../../src/node.ts';
import { tree } from './tree.ts';

/** An IDX file of bytes with these sizes in its header. */
function idx(sizes: readonly number[], data: Uint8Array | number[]): Uint8Array {
  const out = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(out.buffer);
  out.set([0, 0, 8, sizes.length]);
  for (const [index, size] of sizes.entries()) view.setUint32(4 + 4 * index, size);
  out.set(data, 4 + 4 * sizes.length);
  return out;
}

const pixels = Uint8Array.from({ length: 3 * 2 * 2 }, (_, index) => index);
const good = { 'p-idx': idx([3, 2, 2], pixels), 'l-idx': idx([3], [0, 2, 1]) };

describe('IDX files', () => {
  it('are read plain and packed', async () => {
    const root = await tree({ ...good, 'p-idx.gz': gzipSync(good['p-idx']), 'l-idx.gz': gzipSync(good['l-idx']) });
    for (const ending of ['', '.gz']) {
      const set = await readIdx({ pictures: join(root, `p-idx${ending}`), labels: join(root, `l-idx${ending}`) });
      expect(set).toMatchObject({ width: 2, height: 2, channels: 1, classes: ['0', '1', '2'] });
      expect([...set.pixels]).toEqual([...pixels]);
      expect([...set.labels]).toEqual([0, 2, 1]);
    }
  });

  it('are read whole when they do not fit in one piece', async () => {
    const labels = Uint8Array.from({ length: 200_000 }, (_, index) => (index * index) % 251);
    const root = await tree({ plain: idx([labels.length], labels), 'packed.gz': gzipSync(idx([labels.length], labels)) });
    for (const name of ['plain', 'packed.gz']) expect(Buffer.compare(await idxLabels(join(root, name)), labels)).toBe(0);
  });

  it('are read from the front, one by one', async () => {
    const root = await tree(good);
    const seen: number[][] = [];
    for await (const picture of idxPictures(join(root, 'p-idx'), { first: 2 })) seen.push([...picture.pixels]);
    expect(seen).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect([...(await idxLabels(join(root, 'l-idx'), { first: 2 }))]).toEqual([0, 2]);
  });

  it.each([
    { what: 'a file that is not there', files: {}, code: 'NOT_FOUND', text: /cannot be read/ },
    { what: 'labels as pictures', files: { 'p-idx': good['l-idx'] }, code: 'BAD_INPUT', text: /00 00 08 03.*00 00 08 01/ },
    { what: 'another format', files: { 'p-idx': '<!DOCTYPE html>' }, code: 'BAD_INPUT', text: /3c 21 44 4f/ },
    { what: 'four bytes', files: { 'p-idx': good['p-idx'].slice(0, 4) }, code: 'BAD_INPUT', text: /ends too early/ },
    { what: 'a cut', files: { 'p-idx': good['p-idx'].slice(0, -1) }, code: 'BAD_INPUT', text: /header does not fit.*11 bytes/ },
    { what: 'a lying header', files: { 'p-idx': idx([2 ** 32 - 1, 2, 2], pixels) }, code: 'BAD_INPUT', text: /header does not fit/ },
    {
      what: 'a packed lying header',
      files: { 'p-idx.gz': gzipSync(idx([2 ** 31, 4096, 4096], pixels)) },
      code: 'BAD_INPUT',
      text: /header/,
    },
    { what: 'a packed cut', files: { 'p-idx.gz': gzipSync(good['p-idx']).subarray(0, 20) }, code: 'BAD_INPUT', text: /damaged|too early/ },
    {
      what: 'more pictures in a packed header',
      files: { 'p-idx.gz': gzipSync(idx([9, 2, 2], pixels)) },
      code: 'BAD_INPUT',
      text: /too early/,
    },
  ])('refuse $what', async ({ files, code, text }) => {
    const root = await tree(files as Record<string, Uint8Array>);
    const path = join(root, 'p-idx.gz' in files ? 'p-idx.gz' : 'p-idx');
    const all = async (): Promise<void> => {
      for await (const { index } of idxPictures(path)) expect(index).toBeLessThan(100);
    };
    await expect(all()).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('refuse sets that do not belong together', async () => {
    const root = await tree({ ...good, two: idx([2], [0, 1]), four: idx([4], [0, 1, 1, 1]) });
    for (const labels of ['two', 'four']) {
      await expect(readIdx({ pictures: join(root, 'p-idx'), labels: join(root, labels) })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/not of one set/),
      });
    }
    await expect(readIdx({ pictures: join(root, 'p-idx'), labels: join(root, 'l-idx') }, { classes: ['only'] })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      got: '2',
    });
  });
});

describe('mnist and fashionMnist', () => {
  it('find the four files of a folder, and say where they looked', async () => {
    const root = await tree({
      'train-images-idx3-ubyte.gz': gzipSync(good['p-idx']),
      'train-labels-idx1-ubyte': good['l-idx'],
      't10k-images.idx3-ubyte': good['p-idx'],
      't10k-labels.idx1-ubyte': good['l-idx'],
    });
    expect((await mnist({ folder: root, split: 'train' })).labels.length).toBe(3);
    expect((await fashionMnist({ folder: root, split: 'test' })).classes[2]).toBe('Pullover');
    await expect(mnist({ folder: join(root, 'gone'), split: 'test' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      got: expect.stringContaining('gone'),
    });
  });

  it.skipIf(!existsSync('/usr/share/datasets/fashion-mnist'))('read the real Fashion-MNIST of Debian where it is installed', async () => {
    const set = await fashionMnist({ split: 'test' });
    expect([set.labels.length, set.width, set.height]).toEqual([10_000, 28, 28]);
    const counts = set.classes.map((_, label) => set.labels.filter((other) => other === label).length);
    expect(counts).toEqual(Array.from({ length: 10 }, () => 1000));
    // The first test picture is an ankle boot.
    expect(set.classes[set.labels[0]!]).toBe('Ankle boot');
  });
});

describe('mnistPackage', () => {
  const digits = (count: number, value: number): string => JSON.stringify({ data: Array.from({ length: count * 784 }, () => value) });
  const folder = (): Record<string, string> =>
    Object.fromEntries(Array.from({ length: 10 }, (_, label) => [`src/digits/${label}.json`, digits(label === 3 ? 2 : 1, 0.502)]));

  it('reads the digits of each label', async () => {
    const set = await mnistPackage({ folder: await tree(folder()) });
    expect([...set.labels]).toEqual([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
    expect(set.pixels.length).toBe(11 * 784);
    expect(set.pixels.every((value) => value === 128)).toBe(true);
  });

  it.each([
    { what: 'a missing digit', change: { 'src/digits/7.json': undefined }, code: 'NOT_FOUND' },
    { what: 'a cut list', change: { 'src/digits/7.json': '{"data":[0,0.5]}' }, code: 'BAD_INPUT' },
    { what: 'no JSON', change: { 'src/digits/7.json': '{"data":[0,' }, code: 'BAD_INPUT' },
    { what: 'other numbers', change: { 'src/digits/7.json': '{"data":[2]}' }, code: 'BAD_INPUT' },
  ])('refuses $what', async ({ change, code }) => {
    const files = Object.fromEntries(Object.entries({ ...folder(), ...change }).filter(([, text]) => text !== undefined)) as Record<
      string,
      string
    >;
    await expect(mnistPackage({ folder: await tree(files) })).rejects.toMatchObject({ code });
  });
});
