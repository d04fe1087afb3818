import { VerilensError } from '@verilens/core';
import { celebDfDataset } from './celeb-df.ts';
import { faceForensicsDataset } from './faceforensics.ts';
import type { FileDataset } from './file-dataset.ts';
import { listFolder, requireFolder } from './files.ts';
import { folderDataset } from './folder.ts';
import { knownLayout } from './layout.ts';

/**
 * Opens whichever layout a folder has: FaceForensics++, Celeb-DF v2, or `real` and `fake`.
 * @param options `split`: `train`, `val` or `test` of a set that has an official split
 * @throws VerilensError as the function of the layout; a folder of no known layout is explained as `folderDataset` does
 */
export async function openDataset(
  root: string,
  options: { split?: 'train' | 'val' | 'test'; oneClass?: boolean } = {},
): Promise<FileDataset> {
  const place = `dataset ${root}`;
  await requireFolder(root, place);
  const layout = knownLayout((await listFolder(root, place)).map((entry) => entry.name));
  if (layout?.name === 'faceforensics') return faceForensicsDataset(root, options);
  // Celeb-DF refuses `val`, which it does not have
  if (layout?.name === 'celeb-df') return celebDfDataset(root, options as { split?: 'train' | 'test'; oneClass?: boolean });
  if (options.split !== undefined) {
    throw new VerilensError('BAD_OPTION', 'this dataset has no official split', {
      place,
      got: options.split,
      remedy: 'Leave split out and use identityDisjointSplit.',
    });
  }
  return folderDataset(root, options);
}
