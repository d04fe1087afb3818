import { describe, expect, it } from 'vitest';
import { celebDfDataset } from '../../src/node.ts';
import { tree } from './tree.ts';

const videos: Record<string, string> = Object.fromEntries(
  [
    'Celeb-real/id0_0000.mp4',
    'Celeb-real/id1_0000.mp4',
    'Celeb-real/id1_0001.mp4',
    'YouTube-real/00000.mp4',
    'YouTube-real/00170.mp4',
    'Celeb-synthesis/id0_id1_0000.mp4',
    'Celeb-synthesis/id1_id0_0001.mp4',
  ].map((path) => [path, '']),
);
const list = '1 YouTube-real/00170.mp4\r\n1 Celeb-real/id1_0000.mp4\r\n0 Celeb-synthesis/id1_id0_0001.mp4\r\n';

describe('celebDfDataset', () => {
  it('reads the three folders with their people', async () => {
    const dataset = await celebDfDataset(await tree(videos));
    expect(dataset.items.map(({ id, label, type, identity, donor }) => [id, label, type, identity, donor])).toEqual([
      ['Celeb-real/id0_0000.mp4', 'real', undefined, 'celeb/id0', undefined],
      ['Celeb-real/id1_0000.mp4', 'real', undefined, 'celeb/id1', undefined],
      ['Celeb-real/id1_0001.mp4', 'real', undefined, 'celeb/id1', undefined],
      ['YouTube-real/00000.mp4', 'real', undefined, 'youtube/00000', undefined],
      ['YouTube-real/00170.mp4', 'real', undefined, 'youtube/00170', undefined],
      ['Celeb-synthesis/id0_id1_0000.mp4', 'fake', 'Celeb-synthesis', 'celeb/id0', 'celeb/id1'],
      ['Celeb-synthesis/id1_id0_0001.mp4', 'fake', 'Celeb-synthesis', 'celeb/id1', 'celeb/id0'],
    ]);
  });

  it('takes the official split: the list and the rest', async () => {
    const root = await tree({ ...videos, 'List_of_testing_videos.txt': list });
    const [train, test] = [await celebDfDataset(root, { split: 'train' }), await celebDfDataset(root, { split: 'test' })];
    expect(test.items.map((item) => item.id)).toEqual([
      'Celeb-real/id1_0000.mp4',
      'YouTube-real/00170.mp4',
      'Celeb-synthesis/id1_id0_0001.mp4',
    ]);
    expect(train.size).toBe(4);
  });

  it('refuses a list that is missing, damaged, contradicting or of videos not there', async () => {
    const read = async (text: string | undefined): Promise<unknown> =>
      celebDfDataset(await tree(text === undefined ? videos : { ...videos, 'List_of_testing_videos.txt': text }), { split: 'test' });
    await expect(read(undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(read('real YouTube-real/00170.mp4')).rejects.toThrow(/line 1/);
    await expect(read('0 YouTube-real/00170.mp4')).rejects.toThrow(/contradicts/);
    await expect(read(`${list}1 YouTube-real/00299.mp4`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      got: '1 missing: YouTube-real/00299.mp4',
    });
  });

  it('explains what is missing or misnamed', async () => {
    await expect(celebDfDataset(await tree(['Celeb-real/id0_0000.mp4']))).rejects.toThrow(/YouTube-real, Celeb-synthesis missing/);
    await expect(celebDfDataset(await tree(['original_sequences/x.mp4']))).rejects.toMatchObject({
      remedy: expect.stringContaining('faceForensicsDataset'),
    });
    const odd = await celebDfDataset(await tree({ ...videos, 'Celeb-synthesis/other.mp4': '', 'Celeb-real/id0_id1_0000.mp4': '' }));
    expect(odd.skipped).toHaveLength(2);
    await expect(celebDfDataset('.', { split: 'val' as 'test' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});
