import { genImageDataset, universalFakeDataset } from '@verilens/data/node';
import { summaryOf } from '@verilens/data';
import { describe, expect, it } from 'vitest';
import { tree } from './tree.ts';

describe('genImageDataset', () => {
  it('reads both splits, or one, of all generators or some', async () => {
    const root = await tree([
      'ADM/train/ai/0_adm_1.PNG',
      'ADM/train/nature/n01440764_1.JPEG',
      'ADM/val/ai/0_adm_2.PNG',
      'ADM/val/nature/ILSVRC2012_val_1.JPEG',
      'Midjourney/imagenet_midjourney/train/ai/a.png',
      'Midjourney/imagenet_midjourney/train/nature/b.JPEG',
      'ADM/readme.txt',
    ]);
    const all = await genImageDataset(root);
    expect(summaryOf(all)).toEqual({ real: 3, fake: 3, types: { ADM: 2, Midjourney: 1 }, identities: 0 });
    expect((await genImageDataset(root, { split: 'val' })).items.map(({ id }) => id)).toEqual([
      'ADM/val/ai/0_adm_2.PNG',
      'ADM/val/nature/ILSVRC2012_val_1.JPEG',
    ]);
    expect((await genImageDataset(root, { generators: ['Midjourney'] })).size).toBe(2);
    await expect(genImageDataset(root, { generators: ['glide'] })).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  });

  it('says how another folder should look', async () => {
    await expect(genImageDataset(await tree(['cats/1.png']))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      expected: '<generator>/<train or val>/<ai or nature>',
    });
  });
});

describe('universalFakeDataset', () => {
  it('reads generators with and without folders of classes', async () => {
    const root = await tree(['progan/cat/0_real/1.png', 'progan/cat/1_fake/1.png', 'biggan/0_real/1.png', 'biggan/1_fake/1.png']);
    const set = await universalFakeDataset(root);
    expect(set.items.map(({ id, label, type, identity }) => [id, label, type, identity])).toEqual([
      ['biggan/0_real/1.png', 'real', undefined, undefined],
      ['biggan/1_fake/1.png', 'fake', 'biggan', undefined],
      ['progan/cat/0_real/1.png', 'real', undefined, 'cat'],
      ['progan/cat/1_fake/1.png', 'fake', 'progan', 'cat'],
    ]);
  });

  it('wants both classes unless told otherwise', async () => {
    const root = await tree(['biggan/1_fake/1.png']);
    await expect(universalFakeDataset(root)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await universalFakeDataset(root, { oneClass: true })).size).toBe(1);
  });
});
