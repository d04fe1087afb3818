import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import type { Label } from '../datasets/dataset.ts';
import { createFileDataset, type FileDataset, type FileItem } from './file-dataset.ts';
import { listFolder, mediaBelow, requireFolder, type Skipped, someOf, stemOf } from './files.ts';
import { knownLayout } from './layout.ts';

export interface FolderDatasetOptions {
  /**
   * Who is shown in a file, from its path below `real` or `fake`. Splits keep people apart by it. Default: of
   * `real/<person>/...` the person, of `fake/<type>/<person>/...` the person, of a file that lies higher its name
   * without extension (so that `real/7.mp4` and `fake/swap/7.mp4` stay together).
   */
  readonly identityOf?: (path: string, label: Label) => string | undefined;
  /** Accept a folder with only real or only fake files. Default false. */
  readonly oneClass?: boolean;
}

/**
 * A folder with subfolders `real` and `fake` (in any case) of images or videos, nested as deep as you like. The first
 * folder below `fake` names the type of forgery.
 * @throws VerilensError NOT_FOUND, BAD_INPUT
 * @example
 * const dataset = await folderDataset('my-videos');
 */
export async function folderDataset(root: string, options: FolderDatasetOptions = {}): Promise<FileDataset> {
  const { identityOf = defaultIdentity, oneClass = false } = options;
  const place = `folder dataset ${root}`;
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const entries = await listFolder(root, place, skipped);
  const files: FileItem[] = [];
  let classes = 0;
  for (const label of ['real', 'fake'] as const) {
    // where letter case matters there may be both `Real` and `real`: their files are all taken
    for (const { name } of entries.filter((entry) => entry.kind === 'folder' && entry.name.toLowerCase() === label)) {
      classes++;
      for (const path of await mediaBelow(join(root, name), place, skipped)) {
        const folders = path.split('/').slice(0, -1);
        const type = label === 'fake' ? folders[0] : undefined;
        files.push({ path: `${name}/${path}`, label, identity: identityOf(path, label), ...(type === undefined ? {} : { type }) });
      }
    }
  }
  if (classes === 0) {
    const known = knownLayout(entries.map((entry) => entry.name));
    throw new VerilensError('BAD_INPUT', 'the folder is laid out in another way', {
      place,
      expected: 'subfolders real and fake',
      got: someOf(entries.map((entry) => (entry.kind === 'folder' ? `${entry.name}/` : entry.name))),
      remedy: known === undefined ? 'Move the files into real/ and fake/.' : `This looks like ${known.title}: use ${known.call}.`,
    });
  }
  return createFileDataset('folder dataset', root, files, skipped, oneClass);
}

/**
 * Every image and video below a folder, for methods that need pictures and no labels. All count as real.
 * @throws VerilensError NOT_FOUND, BAD_INPUT when there is none
 */
export async function pictureFolder(root: string): Promise<FileDataset> {
  const place = `picture folder ${root}`;
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const files = (await mediaBelow(root, place, skipped)).map((path): FileItem => ({ path, label: 'real' }));
  return createFileDataset('picture folder', root, files, skipped, true);
}

function defaultIdentity(path: string, label: Label): string {
  const folders = path.split('/').slice(0, -1);
  return folders[label === 'real' ? 0 : 1] ?? stemOf(path);
}
