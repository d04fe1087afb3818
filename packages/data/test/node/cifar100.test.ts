import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar100 } from '../../src/node.ts';
import { tree } from './tree.ts';

/** A picture whose planes are full of 10, 20, 30 (plus `shift`). */
function record(coarse: number, fine: number, shift: number): Uint8Array {
  const out = new Uint8Array(2 + 3 * 1024);
  out.set([coarse, fine]);
  for (let channel = 0; channel < 3; channel++) out.fill(10 * (channel + 1) + shift, 2 + channel * 1024, 2 + (channel + 1) * 1024);
  return out;
}

const files = {
  'fine_label_names.txt': 'apple\nbaby\nbear\n',
  'coarse_label_names.txt': 'fruit\npeople\n',
  'train.bin': Buffer.concat([record(0, 0, 0), record(1, 2, 1), record(1, 1, 2)]),
};

describe('cifar100', () => {
  it('turns planes into pixels, with fine or coarse labels', async () => {
    const root = await tree(files);
    const fine = await cifar100(root, { split: 'train' });
    expect(fine).toMatchObject({ width: 32, height: 32, channels: 3, classes: ['apple', 'baby', 'bear'] });
    expect([...fine.labels]).toEqual([0, 2, 1]);
    expect([...fine.pixels.subarray(0, 4)]).toEqual([10, 20, 30, 10]);
    expect([...fine.pixels.subarray(3 * 1024, 3 * 1024 + 3)]).toEqual([11, 21, 31]);
    const coarse = await cifar100(root, { split: 'train', labels: 'coarse', first: 2 });
    expect([[...coarse.labels], coarse.classes]).toEqual([
      [0, 1],
      ['fruit', 'people'],
    ]);
  });

  it('finds the folder in its archive', async () => {
    const root = await tree(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`cifar-100-binary/${name}`, bytes])));
    expect((await cifar100(root, { split: 'train' })).labels.length).toBe(3);
  });

  it.each([
    { what: 'no names', change: { 'fine_label_names.txt': undefined }, code: 'NOT_FOUND', text: /cifar-100-binary.tar.gz/ },
    { what: 'no file of the split', change: { 'train.bin': undefined }, code: 'NOT_FOUND', text: /train.bin/ },
    { what: 'a cut file', change: { 'train.bin': files['train.bin'].subarray(1) }, code: 'BAD_INPUT', text: /multiple of 3074/ },
    { what: 'an empty file', change: { 'train.bin': Buffer.alloc(0) }, code: 'BAD_INPUT', text: /multiple of 3074/ },
    { what: 'a label without a name', change: { 'train.bin': record(0, 9, 0) }, code: 'BAD_INPUT', text: /9 of picture 0/ },
  ])('refuses $what', async ({ change, code, text }) => {
    const entries = Object.entries({ ...files, ...change }).filter(([, bytes]) => bytes !== undefined);
    const root = await tree(Object.fromEntries(entries) as Record<string, Uint8Array>);
    await expect(cifar100(root, { split: 'train' })).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('refuses a folder that is not there', async () => {
    await expect(cifar100(join(await tree({}), 'gone'), { split: 'test' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
