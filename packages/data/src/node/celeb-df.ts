import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { createFileDataset, type FileDataset, type FileItem } from './file-dataset.ts';
import { listFolder, mediaBelow, requireFolder, type Skipped, someOf, stemOf } from './files.ts';
import { knownLayout } from './layout.ts';

const FOLDERS = ['Celeb-real', 'YouTube-real', 'Celeb-synthesis'] as const;
const LIST = 'List_of_testing_videos.txt';

export interface CelebDfOptions {
  /**
   * `test`: the videos of `List_of_testing_videos.txt`; `train`: all others. Default: all. The official split shares
   * people between its parts; for people apart use `identityDisjointSplit` with `ties: 'drop'`.
   */
  readonly split?: 'train' | 'test';
  readonly oneClass?: boolean;
}

/**
 * Celeb-DF v2 as distributed: `Celeb-real/id0_0000.mp4`, `YouTube-real/00000.mp4`, `Celeb-synthesis/id0_id1_0000.mp4`
 * (the head of id0 with the face of id1).
 * Source: Y. Li et al., "Celeb-DF: A Large-scale Challenging Dataset for DeepFake Forensics", CVPR 2020.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, BAD_OPTION
 * @example
 * const test = await celebDfDataset('Celeb-DF-v2', { split: 'test' });
 */
export async function celebDfDataset(root: string, options: CelebDfOptions = {}): Promise<FileDataset> {
  const place = `Celeb-DF ${root}`;
  const { split, oneClass = false } = options;
  if (split !== undefined && split !== 'train' && split !== 'test')
    throw new VerilensError('BAD_OPTION', 'split cannot be used', { place, expected: 'train or test', got: String(split) });
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const entries = await listFolder(root, place, skipped);
  const present = FOLDERS.filter((folder) => entries.some((entry) => entry.name === folder && entry.kind === 'folder'));
  const lacks = FOLDERS.filter((folder) => !present.includes(folder));
  if (present.length === 0 || (!oneClass && lacks.length > 0)) {
    const known = knownLayout(entries.map((entry) => entry.name));
    throw new VerilensError('BAD_INPUT', `${lacks.join(', ')} missing`, {
      place,
      expected: FOLDERS.join(', '),
      got: someOf(entries.map((entry) => entry.name)),
      remedy:
        known === undefined || known.name === 'celeb-df'
          ? 'Give the unpacked folder as it is distributed.'
          : `This looks like ${known.title}: use ${known.call}.`,
    });
  }
  const files: FileItem[] = [];
  for (const folder of present) {
    for (const path of await mediaBelow(join(root, folder), place, skipped)) {
      const file = describe(`${folder}/${path}`, folder);
      if (file === undefined) skipped.push({ path: join(root, folder, path), reason: 'not named as in Celeb-DF' });
      else files.push(file);
    }
  }
  if (split === undefined) return createFileDataset('Celeb-DF', root, files, skipped, oneClass);
  const listed = await readList(root, place);
  const known = new Set(files.map((file) => file.path));
  const absent = [...listed.keys()].filter((path) => !known.has(path) && present.some((folder) => path.startsWith(`${folder}/`)));
  if (split === 'test' && absent.length > 0) {
    throw new VerilensError('NOT_FOUND', 'test videos are missing', {
      place,
      expected: `the ${listed.size} videos of ${LIST}`,
      got: `${absent.length} missing: ${someOf(absent, 3)}`,
      remedy: 'Unpack the whole set.',
    });
  }
  const wrong = files.find((file) => listed.has(file.path) && listed.get(file.path) !== file.label);
  if (wrong !== undefined)
    throw new VerilensError('BAD_INPUT', `${LIST} contradicts the folders`, {
      place,
      expected: `${wrong.path} to be ${wrong.label}`,
      got: listed.get(wrong.path),
    });
  return createFileDataset(
    'Celeb-DF',
    root,
    files.filter((file) => listed.has(file.path) === (split === 'test')),
    skipped,
    oneClass,
  );
}

function describe(path: string, folder: (typeof FOLDERS)[number]): FileItem | undefined {
  const stem = stemOf(path);
  if (folder === 'YouTube-real') return { path, label: 'real', identity: `youtube/${stem}` };
  const names = /^(id\d+)(?:_(id\d+))?_\d+$/.exec(stem);
  if (names === null || (names[2] === undefined) !== (folder === 'Celeb-real')) return undefined;
  return names[2] === undefined
    ? { path, label: 'real', identity: `celeb/${names[1]}` }
    : { path, label: 'fake', type: 'Celeb-synthesis', identity: `celeb/${names[1]}`, donor: `celeb/${names[2]}` };
}

/** Lines `1 YouTube-real/00170.mp4`: in this list 1 is real and 0 is fake. */
async function readList(root: string, place: string): Promise<Map<string, 'real' | 'fake'>> {
  let text: string;
  try {
    text = await readFile(join(root, LIST), 'utf8');
  } catch (cause) {
    throw new VerilensError('NOT_FOUND', `${LIST} cannot be read`, {
      place,
      expected: `${LIST} in the root, for the official split`,
      cause,
    });
  }
  const listed = new Map<string, 'real' | 'fake'>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '') return;
    const parts = /^\s*([01])\s+(\S.*?)\s*$/.exec(line);
    if (parts === null)
      throw new VerilensError('BAD_INPUT', `line ${i + 1} of ${LIST} cannot be read`, {
        place,
        expected: '0 or 1 and a path',
        got: line.slice(0, 60),
      });
    listed.set(parts[2]!.replaceAll('\\', '/'), parts[1] === '1' ? 'real' : 'fake');
  });
  return listed;
}
