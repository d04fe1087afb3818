import { describe, expect, it } from 'vitest';
import { identityDisjointSplit } from '../../src/index.ts';
import { faceForensicsDataset } from '../../src/node.ts';
import { tree } from './tree.ts';

const videos = (compression: string): string[] => [
  ...['000', '003', '071', '054', '953', '974'].map((id) => `original_sequences/youtube/${compression}/videos/${id}.mp4`),
  ...['Deepfakes', 'FaceSwap'].flatMap((type) =>
    ['000_003', '003_000', '071_054', '054_071', '953_974', '974_953'].map(
      (pair) => `manipulated_sequences/${type}/${compression}/videos/${pair}.mp4`,
    ),
  ),
];
const actors = [
  'original_sequences/actors/c23/videos/01__exit_phone_room.mp4',
  'original_sequences/actors/c23/videos/02__exit_phone_room.mp4',
  'manipulated_sequences/DeepFakeDetection/c23/videos/01_02__exit_phone_room__YVGY8LOK.mp4',
];
const bytes = (paths: readonly string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, '']));
const splits = { 'splits/train.json': '[["071", "054"], ["000", "003"]]', 'splits/test.json': '[["953", "974"]]' };

describe('faceForensicsDataset', () => {
  it('reads every source and type with its people', async () => {
    const dataset = await faceForensicsDataset(await tree([...videos('c23'), ...actors]));
    expect(dataset.size).toBe(6 + 12 + 3);
    expect(dataset.skipped).toEqual([]);
    const { open: _, ...fake } = dataset.items.find((item) => item.id.endsWith('FaceSwap/c23/videos/000_003.mp4'))!;
    expect(fake).toEqual({
      id: 'manipulated_sequences/FaceSwap/c23/videos/000_003.mp4',
      label: 'fake',
      type: 'FaceSwap',
      identity: 'youtube/000',
      donor: 'youtube/003',
    });
    const actor = dataset.items.find((item) => item.type === 'DeepFakeDetection')!;
    expect([actor.identity, actor.donor]).toEqual(['actor/01', 'actor/02']);
    const { parts } = identityDisjointSplit(dataset, { seed: 0, parts: { train: 0.5, test: 0.5 } });
    expect(parts.train.size + parts.test.size).toBe(21);
  });

  it('takes the official split, without the actors', async () => {
    const root = await tree({ ...bytes([...videos('c23'), ...actors]), ...splits });
    const train = await faceForensicsDataset(root, { split: 'train' });
    const test = await faceForensicsDataset(root, { split: 'test', types: ['Deepfakes'] });
    expect(train.size).toBe(4 + 8);
    expect(test.items.map((item) => item.id.split('/').at(-1))).toEqual(['953.mp4', '974.mp4', '953_974.mp4', '974_953.mp4']);
    await expect(faceForensicsDataset(root, { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      expected: expect.stringContaining('val.json'),
    });
  });

  it('refuses a split that is none', async () => {
    for (const [text, summary] of [
      ['[', /not JSON/],
      ['{"train": 1}', /not an official split/],
      ['[["071"]]', /not an official split/],
    ] as const) {
      await expect(faceForensicsDataset(await tree({ ...bytes(videos('c23')), 'train.json': text }), { split: 'train' })).rejects.toThrow(
        summary,
      );
    }
  });

  it('chooses the compression: c23, or the only one, or asks', async () => {
    expect((await faceForensicsDataset(await tree([...videos('c23'), ...videos('c40')]))).items[0]!.id).toContain('/c23/');
    expect((await faceForensicsDataset(await tree(videos('raw')))).items[0]!.id).toContain('/raw/');
    await expect(faceForensicsDataset(await tree([...videos('raw'), ...videos('c40')]))).rejects.toMatchObject({
      code: 'BAD_INPUT',
      got: 'raw and c40',
    });
    expect((await faceForensicsDataset(await tree([...videos('raw'), ...videos('c40')]), { compression: 'c40' })).size).toBe(18);
  });

  it('notes types that are there in another compression, unless they were asked for', async () => {
    const root = await tree([...videos('c23'), 'manipulated_sequences/Face2Face/raw/videos/000_003.mp4']);
    expect((await faceForensicsDataset(root)).skipped.map((skip) => skip.reason)).toEqual(['not there in c23']);
    await expect(faceForensicsDataset(root, { types: ['Face2Face'] })).rejects.toMatchObject({ code: 'BAD_INPUT', got: 'raw' });
    await expect(faceForensicsDataset(root, { types: ['FaceShifter'] })).rejects.toThrow(/lacks FaceShifter/);
  });

  it('explains what is missing or misnamed', async () => {
    await expect(faceForensicsDataset(await tree(['original_sequences/youtube/c23/videos/000.mp4']))).rejects.toThrow(
      /manipulated_sequences is missing/,
    );
    await expect(faceForensicsDataset(await tree(['real/a.mp4', 'fake/a.mp4']))).rejects.toMatchObject({
      remedy: expect.stringContaining('folderDataset'),
    });
    await expect(faceForensicsDataset(await tree(videos('c23').map((path) => path.replace('/videos/', '/images/'))))).rejects.toMatchObject(
      { expected: 'original_sequences/youtube/c23/videos', got: 'images' },
    );
    await expect(faceForensicsDataset(await tree(videos('c23').map((path) => path.replace('/c23/', '/c99/'))))).rejects.toMatchObject({
      got: 'c99',
    });
    await expect(faceForensicsDataset(await tree(videos('c23').map((path) => path.replace('youtube', 'yt'))))).rejects.toMatchObject({
      expected: 'youtube, actors',
      got: 'yt',
    });
    const odd = await faceForensicsDataset(
      await tree([
        ...videos('c23'),
        'manipulated_sequences/Deepfakes/c23/videos/copy of 000.mp4',
        'original_sequences/youtube/c23/videos/000_003.mp4',
      ]),
    );
    expect(odd.size).toBe(18);
    expect(odd.skipped.map((skip) => skip.reason)).toEqual(['not named as in FaceForensics++', 'not named as in FaceForensics++']);
    await expect(faceForensicsDataset('.', { types: ['Deepfake' as 'Deepfakes'] })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      got: 'Deepfake',
    });
  });
});
