import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Image, throwIfAborted, VerilensError } from '@verilens/core';
import { isImage, listFolder, mediaBelow, requireFolder, type Skipped, someOf } from './files.ts';

/** A picture file and its label. Nothing is read before `open`. */
export interface LabelledFile {
  /** Below the root, with forward slashes. */
  readonly id: string;
  /** Place in `classes`. */
  readonly label: number;
  /** On disk. */
  readonly path: string;
  /** @throws VerilensError BAD_INPUT, UNSUPPORTED, TOO_LARGE, NOT_FOUND, ABORTED */
  open(options?: { readonly signal?: AbortSignal }): Promise<Image>;
}

/** Pictures of labelled classes (or people), in a fixed order. */
export interface LabelledFiles {
  readonly name: string;
  readonly root: string;
  readonly classes: readonly string[];
  readonly items: readonly LabelledFile[];
  /** Files that were passed over, and why. */
  readonly skipped: readonly Skipped[];
}

/**
 * A folder with one folder of pictures per class, or per person: the name of the folder is the label. Classes are in
 * the order of their names' characters.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT when there is no such folder or one without a picture
 * @example
 * const people = await classFolders('people'); // people/ann/1.jpg, people/bob/1.jpg
 */
export async function classFolders(root: string, options: { readonly name?: string } = {}): Promise<LabelledFiles> {
  const { name = `folders of ${root}` } = options;
  const skipped: Skipped[] = [];
  await requireFolder(root, name);
  const entries = await listFolder(root, name, skipped);
  for (const entry of entries) if (entry.kind === 'file') skipped.push({ path: join(root, entry.name), reason: 'in no folder of a class' });
  const classes = entries.flatMap((entry) => (entry.kind === 'folder' ? entry.name : []));
  if (classes.length === 0) {
    throw new VerilensError('BAD_INPUT', 'there is no folder of a class', {
      place: name,
      expected: 'one folder of pictures per class or person',
      got: someOf(entries.map((entry) => entry.name)),
      remedy: 'Move the pictures of each class into a folder of its name.',
    });
  }
  const items: LabelledFile[] = [];
  for (const [label, folder] of classes.entries()) {
    const pictures = (await mediaBelow(join(root, folder), name, skipped)).filter((path) => {
      if (isImage(path)) return true;
      skipped.push({ path: join(root, folder, path), reason: 'a video, not a picture' });
      return false;
    });
    if (pictures.length === 0) {
      throw new VerilensError('BAD_INPUT', 'a class has no picture', {
        place: name,
        expected: `pictures in ${folder}`,
        got: someOf((await listFolder(join(root, folder), name)).map((entry) => entry.name)),
        remedy: 'Add pictures or take the folder away.',
      });
    }
    for (const path of pictures) items.push(labelledFile(root, `${folder}/${path}`, label));
  }
  return { name, root, classes, items, skipped };
}

export function labelledFile(root: string, id: string, label: number): LabelledFile {
  const path = join(root, id);
  return { id, label, path, open: (options) => openPicture(path, options?.signal) };
}

/** @throws VerilensError as the decoders do */
export async function openPicture(path: string, signal?: AbortSignal): Promise<Image> {
  throwIfAborted(signal, path);
  // loaded at the first file: the decoders are heavy
  const { openMedia } = await import('@verilens/media');
  await using media = await openMedia(path, { signal });
  for await (const { image } of media.frames()) return image;
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: path });
}

/** Lines of a text file of a dataset, without empty ones. @throws VerilensError NOT_FOUND */
export async function linesOf(path: string, place: string, remedy?: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'a list of the dataset is not there', { place, expected: path, remedy, cause });
  });
  return text.split(/\r?\n/).flatMap((line) => line.trim() || []);
}
