import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { folderDataset, openDataset, pictureFolder } from '../../src/node.ts';
import { TINY_PNG, tree } from './tree.ts';

async function failure(promise: Promise<unknown>): Promise<VerilensError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VerilensError);
  return error as VerilensError;
}

describe('folderDataset', () => {
  it('reads real and fake, nested, in a fixed order', async () => {
    const root = await tree(['real/b.MP4', 'real/a.png', 'real/alice/1.jpg', 'fake/b.mp4', 'fake/swap/alice/1.webm', 'fake/swap/b.mp4']);
    const dataset = await folderDataset(root);
    expect(dataset.items.map(({ id, label, type, identity }) => [id, label, type, identity])).toEqual([
      ['real/a.png', 'real', undefined, 'a'],
      ['real/alice/1.jpg', 'real', undefined, 'alice'],
      ['real/b.MP4', 'real', undefined, 'b'],
      ['fake/b.mp4', 'fake', undefined, 'b'],
      ['fake/swap/alice/1.webm', 'fake', 'swap', 'alice'],
      ['fake/swap/b.mp4', 'fake', 'swap', 'b'],
    ]);
    expect(dataset.skipped).toEqual([]);
  });

  it('opens a picture', async () => {
    const dataset = await folderDataset(await tree(['real/a.png', 'fake/b.png']));
    const media = await dataset.items[0]!.open();
    let frames = 0;
    for await (const frame of media.frames()) {
      expect([frame.image.width, frame.image.height]).toEqual([1, 1]);
      frames++;
    }
    await media.close();
    expect(frames).toBe(1);
    const stop = new AbortController();
    stop.abort();
    expect((await failure(dataset.items[0]!.open({ signal: stop.signal }))).code).toBe('ABORTED');
  });

  it('passes over hidden files and litter, and notes other files', async () => {
    const root = await tree([
      'real/a.png',
      'real/.a.png',
      'real/._a.png',
      'real/Thumbs.db',
      'real/.git/x.png',
      '__MACOSX/real/a.png',
      'real/notes.txt',
      'fake/__MACOSX/b.png',
      'fake/b.png',
    ]);
    const dataset = await folderDataset(root);
    expect(dataset.items.map((item) => item.id)).toEqual(['real/a.png', 'fake/b.png']);
    expect(dataset.skipped).toEqual([{ path: join(root, 'real/notes.txt'), reason: 'not an image or video by its name' }]);
  });

  it('follows links, not in circles, and passes over dangling ones', async () => {
    const root = await tree(['real/a.png', 'fake/b.png']);
    const elsewhere = await tree(['deep/c.png']);
    await symlink(join(elsewhere, 'deep'), join(root, 'real/linked'));
    await symlink(join(root, 'real'), join(root, 'real/circle'));
    await symlink(join(root, 'nowhere.png'), join(root, 'fake/gone.png'));
    const dataset = await folderDataset(root);
    expect(dataset.items.map((item) => item.id)).toEqual(['real/a.png', 'real/linked/c.png', 'fake/b.png']);
    expect(dataset.skipped.map((skip) => skip.reason).sort()).toEqual(['a link back to a folder it lies in', 'a link that leads nowhere']);
  });

  it('explains a missing folder, a file, one class, nothing', async () => {
    const root = await tree(['real/a.png', 'fake/readme.txt']);
    expect(await failure(folderDataset(join(root, 'gone')))).toMatchObject({
      code: 'NOT_FOUND',
      got: expect.stringContaining('not there'),
    });
    expect(await failure(folderDataset(join(root, 'real/a.png')))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('not a folder'),
    });
    expect(await failure(folderDataset(root))).toMatchObject({ code: 'BAD_INPUT', got: '1 real items, none of the other class' });
    expect((await folderDataset(root, { oneClass: true })).size).toBe(1);
    const empty = await tree(['real/readme.txt', 'fake/readme.txt']);
    expect(await failure(folderDataset(empty))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('empty'),
      got: expect.stringContaining('readme.txt'),
    });
    const bare = await tree({});
    await mkdir(join(bare, 'real'));
    expect((await failure(folderDataset(bare))).code).toBe('BAD_INPUT');
  });

  it('explains a folder it may not read', async () => {
    const root = await tree(['real/a.png', 'fake/b.png']);
    await chmod(root, 0o755);
    await chmod(join(root, 'fake'), 0);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid!(65534); // root may read everything: be nobody for a moment
    try {
      expect(await failure(folderDataset(root))).toMatchObject({ code: 'NOT_FOUND', remedy: expect.stringContaining('right to read') });
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  it('names what it found in a wrong layout, and which set it looks like', async () => {
    const wrong = await failure(folderDataset(await tree(['authentic/a.png', 'forged/b.png'])));
    expect(wrong).toMatchObject({ code: 'BAD_INPUT', expected: 'subfolders real and fake', got: 'authentic/, forged/' });
    const other = await failure(folderDataset(await tree(['Celeb-real/id0_0000.mp4', 'Celeb-synthesis/id0_id1_0000.mp4'])));
    expect(other.remedy).toContain('celebDfDataset');
  });

  it('keeps people to itself when told how', async () => {
    const dataset = await folderDataset(await tree(['real/ann-1.mp4', 'real/ann-2.mp4', 'fake/ann-3.mp4']), {
      identityOf: (path) => path.split('-')[0],
    });
    expect(new Set(dataset.items.map((item) => item.identity))).toEqual(new Set(['ann']));
  });
});

describe('openDataset', () => {
  it('finds the layout', async () => {
    expect((await openDataset(await tree(['Real/a.png', 'FAKE/b.png']))).size).toBe(2);
    expect(
      (await openDataset(await tree(['Celeb-real/id0_0000.mp4', 'YouTube-real/00000.mp4', 'Celeb-synthesis/id0_id1_0000.mp4']))).size,
    ).toBe(3);
    expect(
      (
        await openDataset(
          await tree(['original_sequences/youtube/c23/videos/000.mp4', 'manipulated_sequences/Deepfakes/c23/videos/000_003.mp4']),
        )
      ).size,
    ).toBe(2);
    expect(await failure(openDataset(await tree(['x/a.png'])))).toMatchObject({ code: 'BAD_INPUT', got: 'x/' });
    expect(await failure(openDataset(await tree(['real/a.png', 'fake/b.png']), { split: 'test' }))).toMatchObject({ code: 'BAD_OPTION' });
  });
});

it('pictureFolder takes every picture below a folder, however it is laid out', async () => {
  const root = await tree({ 'b.png': TINY_PNG, 'x/a.jpg': TINY_PNG, 'x/notes.txt': 'no picture' });
  const dataset = await pictureFolder(root);
  expect(dataset.items.map(({ id }) => id)).toEqual(['b.png', 'x/a.jpg']);
  expect(dataset.skipped).toHaveLength(1);
  expect(await failure(pictureFolder(await tree({ 'notes.txt': 'no picture' })))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await failure(pictureFolder(join(root, 'nowhere')))).toMatchObject({ code: 'NOT_FOUND' });
});
