import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { createFileDataset, type FileDataset, type FileItem } from './file-dataset.ts';
import { type FolderEntry, isMedia, listFolder, requireFolder, type Skipped, someOf, stemOf } from './files.ts';
import { knownLayout } from './layout.ts';

export const faceForensicsTypes = ['Deepfakes', 'Face2Face', 'FaceSwap', 'NeuralTextures', 'FaceShifter', 'DeepFakeDetection'] as const;
export type FaceForensicsType = (typeof faceForensicsTypes)[number];
export const faceForensicsCompressions = ['raw', 'c23', 'c40'] as const;
export type FaceForensicsCompression = (typeof faceForensicsCompressions)[number];

export interface FaceForensicsOptions {
  /** Default: c23, the field's usual one, if it is there; else the only one that is. */
  readonly compression?: FaceForensicsCompression;
  /** Default: every one that is there in this compression. */
  readonly types?: readonly FaceForensicsType[];
  /** Default: `youtube` and `actors`, each if it is there. */
  readonly sources?: readonly ('youtube' | 'actors')[];
  /**
   * The official split, from `train.json`, `val.json` and `test.json` (pairs of ids) in the root or in `splits/`.
   * The videos of actors and `DeepFakeDetection` have no official split and are left out then.
   */
  readonly split?: 'train' | 'val' | 'test';
  readonly oneClass?: boolean;
}

/**
 * FaceForensics++ as its download script lays it out: `original_sequences/<source>/<compression>/videos` and
 * `manipulated_sequences/<type>/<compression>/videos`. Forged videos are named `<target>_<source>`; both people count
 * when a split keeps people apart.
 * Source: A. Rössler et al., "FaceForensics++: Learning to Detect Manipulated Facial Images", ICCV 2019.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, BAD_OPTION
 * @example
 * const train = await faceForensicsDataset('FaceForensics++', { split: 'train', types: ['Deepfakes', 'FaceSwap'] });
 */
export async function faceForensicsDataset(root: string, options: FaceForensicsOptions = {}): Promise<FileDataset> {
  const place = `FaceForensics++ ${root}`;
  for (const [name, given, known] of [
    ['types', options.types ?? [], faceForensicsTypes],
    ['sources', options.sources ?? [], ['youtube', 'actors']],
    ['compression', options.compression === undefined ? [] : [options.compression], faceForensicsCompressions],
    ['split', options.split === undefined ? [] : [options.split], ['train', 'val', 'test']],
  ] as const) {
    const wrong = (given as readonly string[]).find((value) => !(known as readonly string[]).includes(value));
    if (wrong !== undefined)
      throw new VerilensError('BAD_OPTION', `${name} cannot be used`, { place, expected: known.join(', '), got: wrong });
  }
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const top = await listFolder(root, place, skipped);
  for (const folder of ['original_sequences', 'manipulated_sequences']) {
    if (top.some((entry) => entry.name === folder)) continue;
    if (options.oneClass === true && top.some((entry) => entry.name.endsWith('_sequences'))) continue;
    const known = knownLayout(top.map((entry) => entry.name));
    throw new VerilensError('BAD_INPUT', `${folder} is missing`, {
      place,
      expected: 'original_sequences and manipulated_sequences',
      got: someOf(top.map((entry) => entry.name)),
      remedy:
        known === undefined || known.name === 'faceforensics'
          ? 'Give the folder that the download script wrote to.'
          : `This looks like ${known.title}: use ${known.call}.`,
    });
  }
  const groups = [
    ...(await groupsOf(root, 'original_sequences', options.sources ?? ['youtube', 'actors'], options.sources !== undefined, top, place)),
    ...(await groupsOf(root, 'manipulated_sequences', options.types ?? faceForensicsTypes, options.types !== undefined, top, place)),
  ];
  const compression = options.compression ?? usualCompression(groups, place);
  const allowed = options.split === undefined ? undefined : await readSplit(root, options.split, place);
  const files: FileItem[] = [];
  for (const group of groups) {
    if (!group.compressions.includes(compression)) {
      const wanted =
        options.types?.some((type) => type === group.name) === true || options.sources?.some((source) => source === group.name) === true;
      if (wanted)
        throw new VerilensError('BAD_INPUT', `${group.name} is not there in ${compression}`, {
          place,
          expected: `${group.folder}/${compression}/videos`,
          got: someOf(group.compressions),
        });
      skipped.push({ path: join(root, group.folder), reason: `not there in ${compression}` });
      continue;
    }
    const folder = `${group.folder}/${compression}`;
    const inside = await listFolder(join(root, folder), place, skipped);
    if (!inside.some((entry) => entry.name === 'videos' && entry.kind === 'folder')) {
      throw new VerilensError('BAD_INPUT', `${folder} has no folder videos`, {
        place,
        expected: `${folder}/videos`,
        got: someOf(inside.map((entry) => entry.name)),
        remedy: 'Download the videos; extracted frames lose the timing that detectors need.',
      });
    }
    for (const { name, kind } of await listFolder(join(root, folder, 'videos'), place, skipped)) {
      const path = `${folder}/videos/${name}`;
      if (kind === 'folder' || !isMedia(name)) skipped.push({ path: join(root, path), reason: 'not a video by its name' });
      else {
        const file = describe(path, group.name, group.folder.startsWith('original'));
        if (file === undefined) skipped.push({ path: join(root, path), reason: 'not named as in FaceForensics++' });
        else if (allowed === undefined || allowed.has(stemOf(name))) files.push(file);
      }
    }
  }
  return createFileDataset('FaceForensics++', root, files, skipped, options.oneClass ?? false);
}

interface VideoGroup {
  /** `youtube`, `Deepfakes`, ... */
  readonly name: string;
  readonly folder: string;
  readonly compressions: readonly string[];
}

async function groupsOf(
  root: string,
  folder: string,
  names: readonly string[],
  required: boolean,
  top: readonly FolderEntry[],
  place: string,
): Promise<VideoGroup[]> {
  if (!top.some((entry) => entry.name === folder)) return [];
  const present = (await listFolder(join(root, folder), place)).map((entry) => entry.name);
  const missing = names.find((name) => !present.includes(name));
  if (names.every((name) => !present.includes(name)) || (required && missing !== undefined)) {
    throw new VerilensError('BAD_INPUT', required ? `${folder} lacks ${missing}` : `${folder} has none of the set's folders`, {
      place,
      expected: names.join(', '),
      got: someOf(present),
    });
  }
  const groups: VideoGroup[] = [];
  for (const name of names.filter((known) => present.includes(known))) {
    const inside = await listFolder(join(root, folder, name), place);
    groups.push({
      name,
      folder: `${folder}/${name}`,
      compressions: inside.filter((entry) => entry.kind === 'folder').map((entry) => entry.name),
    });
  }
  return groups;
}

function usualCompression(groups: readonly VideoGroup[], place: string): FaceForensicsCompression {
  const present = faceForensicsCompressions.filter((compression) => groups.some((group) => group.compressions.includes(compression)));
  if (present.includes('c23')) return 'c23';
  if (present.length === 1) return present[0]!;
  throw new VerilensError('BAD_INPUT', present.length === 0 ? 'no compression is there' : 'the compression is not clear', {
    place,
    expected: `${faceForensicsCompressions.join(', ')} below ${groups[0]?.folder ?? 'each source'}`,
    got: present.length === 0 ? someOf([...new Set(groups.flatMap((group) => group.compressions))]) : present.join(' and '),
    remedy: present.length === 0 ? undefined : 'Choose one with the option compression.',
  });
}

/** `000` and `000_003` of YouTube; `01__scene` and `01_02__scene__id` of actors. */
function describe(path: string, group: string, real: boolean): FileItem | undefined {
  const stem = stemOf(path);
  const actors = group === 'actors' || group === 'DeepFakeDetection';
  const names = (actors ? /^(\d+)(?:_(\d+))?__/ : /^(\d+)(?:_(\d+))?$/).exec(stem);
  if (names === null || (names[2] === undefined) !== real) return undefined;
  const person = (number: string): string => `${actors ? 'actor' : 'youtube'}/${number}`;
  return real
    ? { path, label: 'real', identity: person(names[1]!) }
    : { path, label: 'fake', type: group, identity: person(names[1]!), donor: person(names[2]!) };
}

/** The names that belong to a split: both ids of every pair, and the pair both ways round. */
async function readSplit(root: string, split: string, place: string): Promise<Set<string>> {
  for (const file of [`${split}.json`, `splits/${split}.json`]) {
    let text: string;
    try {
      text = await readFile(join(root, file), 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') continue;
      throw new VerilensError('NOT_FOUND', `${file} cannot be read`, { place, cause });
    }
    let pairs: unknown;
    try {
      pairs = JSON.parse(text);
    } catch (cause) {
      throw new VerilensError('BAD_INPUT', `${file} is not JSON`, { place, cause });
    }
    const isPair = (pair: unknown): pair is [string, string] =>
      Array.isArray(pair) && pair.length === 2 && pair.every((id) => typeof id === 'string');
    if (!Array.isArray(pairs) || !pairs.every(isPair)) {
      throw new VerilensError('BAD_INPUT', `${file} is not an official split`, {
        place,
        expected: 'a list of pairs of ids, [["071", "054"], ...]',
        got: text.slice(0, 40),
      });
    }
    return new Set(pairs.flatMap(([a, b]) => [a, b, `${a}_${b}`, `${b}_${a}`]));
  }
  throw new VerilensError('NOT_FOUND', `the official split ${split} is not there`, {
    place,
    expected: `${split}.json or splits/${split}.json below the root`,
    remedy: 'Copy dataset/splits of the FaceForensics repository there, or split with identityDisjointSplit.',
  });
}
