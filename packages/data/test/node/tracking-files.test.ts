import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lasotSequences, otbSequences, votSequences } from '../../src/node.ts';
import { TINY_PNG, tree } from './tree.ts';

const pictures = (folder: string, count: number, digits = 4, first = 1): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${String(first + i).padStart(digits, '0')}.jpg`, '']));
const names = (paths: readonly string[]): string[] => paths.map((path) => path.split('/').at(-1)!);

describe('otbSequences', () => {
  it('reads boxes with any separator, from pixel 1 to pixel 0, and two objects of one video', async () => {
    const root = await tree({
      ...pictures('Ball/img', 2),
      'Ball/groundtruth_rect.txt': '11,21,30,40\n12\t22\t30\t40\n',
      ...pictures('Jogging/img', 1),
      'Jogging/groundtruth_rect.1.txt': '1 1 5 5\n',
      'Jogging/groundtruth_rect.2.txt': '3 3 5 5\n',
      'readme.txt': '',
    });
    const found = await otbSequences(root);
    expect(found.map(({ name }) => name)).toEqual(['Ball', 'Jogging.1', 'Jogging.2']);
    expect(found[0]!.boxes).toEqual([
      { x: 10, y: 20, width: 30, height: 40 },
      { x: 11, y: 21, width: 30, height: 40 },
    ]);
    expect(found[2]!.boxes[0]).toEqual({ x: 2, y: 2, width: 5, height: 5 });
  });

  it('begins late where the toolkit does, and ends with the boxes', async () => {
    const root = await tree({ ...pictures('BlurCar3/img', 6), 'BlurCar3/groundtruth_rect.txt': '1,1,2,2\n1,1,2,2\n' });
    expect(names((await otbSequences(root))[0]!.frames)).toEqual(['0003.jpg', '0004.jpg']);
  });

  it('decodes pictures as they are asked for, with times', async () => {
    const root = await tree({ 'A/img/0001.png': TINY_PNG, 'A/img/0002.png': TINY_PNG, 'A/groundtruth_rect.txt': '1,1,1,1\n1,1,1,1\n' });
    const seen = [];
    for await (const { frame, box } of (await otbSequences(root, { frameRate: 25 }))[0]!.open())
      seen.push([frame.image.width, frame.timestampMs, box!.x]);
    expect(seen).toEqual([
      [1, 0, 0],
      [1, 40, 0],
    ]);
  });

  it('says what is missing, damaged or unknown', async () => {
    await expect(otbSequences('/no/such/folder')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(otbSequences(await tree({ 'a/b.txt': '' }))).rejects.toThrow(/groundtruth_rect/);
    const damaged = await tree({ ...pictures('A/img', 2), 'A/groundtruth_rect.txt': '1,1,2,2\n1,1,x,2\n' });
    await expect(otbSequences(damaged)).rejects.toThrow(/line 2/);
    await expect(otbSequences(damaged, { names: ['B'] })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
    await expect(otbSequences(await tree({ ...pictures('A/img', 1), 'A/groundtruth_rect.txt': '1,1,2,2\n1,1,2,2\n' }))).rejects.toThrow(
      /2 pictures/,
    );
  });
});

describe('votSequences', () => {
  it('reads rectangles, polygons, masks and frames without a region', async () => {
    const root = await tree({
      'list.txt': 'ball\n',
      ...pictures('ball/color', 4, 8),
      // 4 wide, 3 high: 1 off, 2 on (first row), 6 off, 1 on (third row)
      'ball/groundtruth.txt': '1,2,3,4\n10,10,20,12,18,30,8,28\nm10,20,4,3,1,2,6,1\n0\n',
      ...pictures('unlisted/color', 1, 8),
    });
    const [ball] = await votSequences(root);
    expect(ball!.boxes).toEqual([
      { x: 1, y: 2, width: 3, height: 4 },
      { x: 8, y: 10, width: 12, height: 20 },
      { x: 11, y: 20, width: 2, height: 3 },
      undefined,
    ]);
  });

  it('finds sequences without a list, and pictures beside their boxes', async () => {
    const root = await tree({ ...pictures('car', 1, 8), 'car/groundtruth.txt': 'nan,nan,nan,nan\n', 'other/x.txt': '' });
    const found = await votSequences(root);
    expect(found.map(({ name, boxes }) => [name, boxes])).toEqual([['car', [undefined]]]);
  });

  it('refuses a mask that does not fit and an empty folder', async () => {
    await expect(votSequences(await tree({ ...pictures('a', 1), 'a/groundtruth.txt': 'm0,0,2,2,9,9\n' }))).rejects.toThrow(/mask/);
    await expect(votSequences(await tree({ 'a/x.txt': '' }))).rejects.toThrow(/list.txt/);
  });
});

describe('lasotSequences', () => {
  const files = {
    ...pictures('cat/cat-1/img', 3, 8),
    'cat/cat-1/groundtruth.txt': '11,11,5,5\n12,11,5,5\n13,11,5,5\n',
    'cat/cat-1/full_occlusion.txt': '0,1,0',
    'cat/cat-1/out_of_view.txt': '0,0,1',
    ...pictures('cat/cat-2/img', 1, 8),
    'cat/cat-2/groundtruth.txt': '1,1,5,5\n',
    'testing_set.txt': 'cat-1\n',
  };

  it('leaves out boxes of hidden frames, and takes the official split', async () => {
    const root = await tree(files);
    const [one] = await lasotSequences(root, { split: 'test' });
    expect([one!.name, one!.boxes]).toEqual(['cat-1', [{ x: 10, y: 10, width: 5, height: 5 }, undefined, undefined]]);
    expect((await lasotSequences(root, { split: 'train' })).map(({ name }) => name)).toEqual(['cat-2']);
    expect((await lasotSequences(join(root, 'cat'))).map(({ name }) => name)).toEqual(['cat-1', 'cat-2']);
  });

  it('says what is missing or damaged', async () => {
    await expect(lasotSequences(await tree({ 'a/x.txt': '' }))).rejects.toThrow(/airplane-1/);
    await expect(lasotSequences(await tree({ ...files, 'cat/cat-1/full_occlusion.txt': '0,1' }))).rejects.toThrow(/3 values/);
    const { 'testing_set.txt': _, ...rest } = files;
    await expect(lasotSequences(await tree(rest), { split: 'test' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
