import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classFolders, crossResolutionFolders, cub200, lfwDataset, miniImageNet, readSessionLists, scfaceDataset } from '../../src/node.ts';
import { sessionsFromLists } from '../../src/datasets/sessions.ts';
import { tree, TINY_PNG } from './tree.ts';

describe('classFolders', () => {
  it('takes the name of the folder as the label, and opens pictures', async () => {
    const set = await classFolders(await tree(['bob/1.png', 'ann/2.png', 'ann/deep/1.jpg', 'ann/clip.mp4', 'notes.txt']));
    expect(set.classes).toEqual(['ann', 'bob']);
    expect(set.items.map(({ id, label }) => [id, label])).toEqual([
      ['ann/2.png', 0],
      ['ann/deep/1.jpg', 0],
      ['bob/1.png', 1],
    ]);
    expect(set.skipped.map(({ reason }) => reason).sort()).toEqual(['a video, not a picture', 'in no folder of a class']);
    const image = await set.items[0]!.open();
    expect([image.width, image.height]).toEqual([1, 1]);
    const stop = AbortSignal.abort();
    await expect(set.items[0]!.open({ signal: stop })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it.each([
    { what: 'an empty folder', files: {}, text: /no folder of a class/ },
    { what: 'pictures without folders', files: { '1.png': TINY_PNG }, text: /got 1\.png.*Move the pictures/ },
    {
      what: 'a class without a picture',
      files: { 'ann/1.png': TINY_PNG, 'bob/readme.txt': 'x' },
      text: /pictures in bob, got readme\.txt/,
    },
  ])('refuses $what', async ({ files, text }) => {
    await expect(classFolders(await tree(files as Record<string, Uint8Array>))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(text),
    });
  });
});

describe('lfwDataset', () => {
  const pictures = ['Ann/Ann_0001.jpg', 'Ann/Ann_0002.jpg', 'Bob_Ray/Bob_Ray_0001.jpg'];
  const withList = (text: string): Promise<string> =>
    tree(Object.fromEntries([...pictures.map((path) => [path, TINY_PNG]), ['pairs.txt', text]]));

  it('resolves the list of pairs to files', async () => {
    const set = await lfwDataset(await withList('1 1\nAnn 1 2\nAnn 2 Bob_Ray 1\n'));
    expect(set.pairs.map(({ first, second, same }) => [first.id, second.id, same])).toEqual([
      ['Ann/Ann_0001.jpg', 'Ann/Ann_0002.jpg', true],
      ['Ann/Ann_0002.jpg', 'Bob_Ray/Bob_Ray_0001.jpg', false],
    ]);
    expect(set.classes).toEqual(['Ann', 'Bob_Ray']);
    expect(set.items[set.pairs[1]!.second.label === 1 ? 2 : 0]!.id).toBe('Bob_Ray/Bob_Ray_0001.jpg');
  });

  it('says which picture of a pair is missing, and that there is no list', async () => {
    await expect(lfwDataset(await withList('1 1\nAnn 1 3\nAnn 2 Bob_Ray 1\n'))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      place: expect.stringMatching(/line 2/),
      got: 'Ann_0001.jpg, Ann_0002.jpg',
    });
    await expect(lfwDataset(await withList('1 1\nAnn 1 2\nAnn 2 Eve 1\n'))).rejects.toMatchObject({ got: 'no folder of that name' });
    const bare = await tree(pictures);
    await expect(lfwDataset(bare)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await lfwDataset(bare, { pairs: false })).items.length).toBe(3);
  });
});

describe('crossResolutionFolders', () => {
  it('gives every set the labels of the gallery', async () => {
    const { gallery, probes } = await crossResolutionFolders(await tree(['gallery/ann/1.png', 'gallery/bob/1.png', '16px/bob/7.png']));
    expect(gallery.classes).toEqual(['ann', 'bob']);
    expect(probes['16px']!.items.map(({ id, label }) => [id, label])).toEqual([['bob/7.png', 1]]);
    expect(probes['16px']!.classes).toEqual(['ann', 'bob']);
  });

  it.each([
    { what: 'no gallery', files: ['16px/bob/7.png', '8px/bob/7.png'], text: /gallery\/<person>/ },
    { what: 'no probes', files: ['gallery/bob/7.png'], text: /folders of probes/ },
    { what: 'a stranger', files: ['gallery/bob/7.png', '16px/eve/1.png'], text: /got eve/ },
    {
      what: 'SCface',
      files: ['mugshot_frontal_cropped_all/001_frontal.jpg', 'surveillance_cameras_all/001_cam1_1.jpg'],
      text: /scfaceDataset/,
    },
  ])('refuses $what', async ({ files, text }) => {
    await expect(crossResolutionFolders(await tree(files))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(text),
    });
  });
});

describe('scfaceDataset', () => {
  it('sorts pictures by what their names say', async () => {
    const root = await tree([
      'mugshot_frontal_original_all/001_frontal.jpg',
      'mugshot_frontal_cropped_all/001_frontal.JPG',
      'mugshot_frontal_cropped_all/002_frontal.JPG',
      'surveillance_cameras_all/001_cam1_1.jpg',
      'surveillance_cameras_distance_1/cam_1/001_cam1_1.jpg',
      'surveillance_cameras_distance_3/cam_5/002_cam5_3.jpg',
      'surveillance_cameras_distance_3/cam_5/003_cam5_3.jpg',
      'surveillance_cameras_IR_cam6/001_cam6_1.jpg',
      'mugshot_rotation_all/001_L4.jpg',
    ]);
    const { gallery, probes } = await scfaceDataset(root);
    expect(gallery.items.map(({ id }) => id)).toEqual([
      'mugshot_frontal_cropped_all/001_frontal.JPG',
      'mugshot_frontal_cropped_all/002_frontal.JPG',
    ]);
    expect(Object.keys(probes)).toEqual(['4.20 m', '1.00 m']);
    expect(probes['4.20 m']!.items.map(({ id, label }) => [id, label])).toEqual([['surveillance_cameras_all/001_cam1_1.jpg', 0]]);
    expect(probes['1.00 m']!.items.map(({ label }) => label)).toEqual([1]);
    expect(gallery.skipped.length).toBe(3);
  });

  it('refuses a folder without its pictures', async () => {
    await expect(scfaceDataset(await tree(['a/1.jpg']))).rejects.toMatchObject({ code: 'BAD_INPUT', got: '1.jpg' });
  });
});

describe('miniImageNet', () => {
  const csv = 'filename,label\nn02_1.jpg,n02\nn01_1.jpg,n01\nn02_2.jpg,n02\n';

  it('reads lists, labels in the order they come', async () => {
    const set = await miniImageNet(await tree({ 'images/n02_1.jpg': TINY_PNG, 'split/train.csv': csv }), { split: 'train' });
    expect(set.classes).toEqual(['n02', 'n01']);
    expect(set.items.map(({ id, label }) => [id, label])).toEqual([
      ['images/n02_1.jpg', 0],
      ['images/n01_1.jpg', 1],
      ['images/n02_2.jpg', 0],
    ]);
  });

  it('reads folders', async () => {
    expect((await miniImageNet(await tree(['test/n01/1.jpg', 'test/n02/1.jpg']), { split: 'test' })).classes).toEqual(['n01', 'n02']);
  });

  it.each([
    { what: 'another layout', files: { 'x/1.jpg': TINY_PNG }, code: 'BAD_INPUT', text: /laid out/ },
    { what: 'no list', files: { 'images/1.jpg': TINY_PNG }, code: 'NOT_FOUND', text: /train\.csv/ },
    {
      what: 'a line of one part',
      files: { 'images/1.jpg': TINY_PNG, 'train.csv': 'filename,label\nx.jpg\n' },
      code: 'BAD_INPUT',
      text: /line 2/,
    },
    { what: 'a way out', files: { 'images/1.jpg': TINY_PNG, 'train.csv': '../../etc/passwd,a\n' }, code: 'BAD_INPUT', text: /line 1/ },
    { what: 'pictures of another set', files: { 'images/1.jpg': TINY_PNG, 'train.csv': csv }, code: 'NOT_FOUND', text: /n02_1\.jpg/ },
  ])('refuses $what', async ({ files, code, text }) => {
    await expect(
      miniImageNet(await tree(files as unknown as Record<string, string | Uint8Array>), { split: 'train' }),
    ).rejects.toMatchObject({
      code,
      message: expect.stringMatching(text),
    });
  });
});

describe('cub200', () => {
  const files = {
    'CUB_200_2011/images.txt': '1 001.Albatross/a1.jpg\n2 001.Albatross/a2.jpg\n3 002.Auklet/b1.jpg\n',
    'CUB_200_2011/image_class_labels.txt': '1 1\n2 1\n3 2\n',
    'CUB_200_2011/train_test_split.txt': '1 1\n2 0\n3 1\n',
    'CUB_200_2011/classes.txt': '1 001.Albatross\n2 002.Auklet\n',
    'CUB_200_2011/images/001.Albatross/a1.jpg': TINY_PNG,
    'CUB_200_2011/images/001.Albatross/a2.jpg': TINY_PNG,
  };

  it('splits as its lists say, from either folder', async () => {
    const root = await tree(files);
    const train = await cub200(root, { split: 'train' });
    expect(train.classes).toEqual(['001.Albatross', '002.Auklet']);
    expect(train.items.map(({ id, label }) => [id, label])).toEqual([
      ['images/001.Albatross/a1.jpg', 0],
      ['images/002.Auklet/b1.jpg', 1],
    ]);
    expect((await cub200(join(root, 'CUB_200_2011'), { split: 'test' })).items.length).toBe(1);
    const lists = [['CUB_200_2011/images/001.Albatross/a1.jpg'], ['CUB_200_2011/images/002.Auklet/b1.jpg']];
    expect(sessionsFromLists(train.items, lists).map(({ classes }) => classes)).toEqual([[0], [1]]);
  });

  it.each([
    { what: 'a missing list', change: { 'CUB_200_2011/classes.txt': undefined }, code: 'NOT_FOUND' },
    { what: 'a picture without a class', change: { 'CUB_200_2011/image_class_labels.txt': '1 1\n2 1\n' }, code: 'BAD_INPUT' },
    { what: 'a class without a name', change: { 'CUB_200_2011/image_class_labels.txt': '1 1\n2 1\n3 7\n' }, code: 'BAD_INPUT' },
    { what: 'a number twice', change: { 'CUB_200_2011/train_test_split.txt': '1 1\n1 0\n3 1\n' }, code: 'BAD_INPUT' },
  ])('refuses $what', async ({ change, code }) => {
    const entries = Object.entries({ ...files, ...change }).filter(([, text]) => text !== undefined);
    await expect(cub200(await tree(Object.fromEntries(entries) as Record<string, string>), { split: 'train' })).rejects.toMatchObject({
      code,
    });
  });
});

describe('readSessionLists', () => {
  it('reads sessions in the order of their numbers', async () => {
    const lists = await readSessionLists(
      await tree(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`session_${index + 1}.txt`, `${index}\n`]))),
    );
    expect(lists.map(([entry]) => Number(entry))).toEqual(Array.from({ length: 11 }, (_, index) => index));
  });

  it.each([
    { what: 'none', files: { 'x.txt': '1' } },
    { what: 'a gap', files: { 'session_1.txt': '1', 'session_3.txt': '2' } },
    { what: 'an empty one', files: { 'session_1.txt': '\n' } },
  ])('refuses $what', async ({ files }) => {
    await expect(readSessionLists(await tree(files as unknown as Record<string, string>))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
