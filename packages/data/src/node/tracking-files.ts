import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, throwIfAborted, VerilensError, type VideoFrame } from '@verilens/core';
import { isImage, listFolder, requireFolder, someOf } from './files.ts';
import { linesOf, openPicture } from './labelled-files.ts';

/** A video with a box for each frame, kept as a folder of pictures. Nothing is decoded before `open`. */
export interface TrackingFiles {
  readonly name: string;
  /** Pictures in the order they are shown. */
  readonly frames: readonly string[];
  /** One a frame; undefined where the object is not to be seen or was not marked. Pixels, the first of which spans 0..1. */
  readonly boxes: readonly (Box | undefined)[];
  /** @throws VerilensError as the decoders do, ABORTED */
  open(options?: { readonly signal?: AbortSignal }): AsyncGenerator<{ readonly frame: VideoFrame; readonly box: Box | undefined }>;
}

export interface TrackingFilesOptions {
  /** Only these sequences. Default: all. */
  readonly names?: readonly string[];
  /** Frames a second, for their timestamps: the benchmarks do not say. Default 30. */
  readonly frameRate?: number;
}

/** A sequence from its pictures and boxes. @throws VerilensError BAD_INPUT when they are not as many */
export function trackingFiles(
  name: string,
  frames: readonly string[],
  boxes: readonly (Box | undefined)[],
  { frameRate = 30 }: TrackingFilesOptions,
): TrackingFiles {
  if (frames.length !== boxes.length || frames.length === 0) {
    throw new VerilensError('BAD_INPUT', 'pictures and boxes are not as many', {
      place: `sequence ${name}`,
      expected: `${boxes.length} pictures, one for each box`,
      got: `${frames.length}`,
      remedy: 'Unpack the whole sequence.',
    });
  }
  return {
    name,
    frames,
    boxes,
    async *open({ signal } = {}) {
      for (const [index, path] of frames.entries()) {
        throwIfAborted(signal, `sequence ${name}`);
        const image = await openPicture(path, signal);
        yield { frame: { image, timestampMs: (1000 * index) / frameRate, index }, box: boxes[index] };
      }
    },
  };
}

/** The pictures of a folder, by their names. @throws VerilensError NOT_FOUND, BAD_INPUT when there is none */
export async function picturesOf(folder: string, place: string): Promise<readonly string[]> {
  await requireFolder(folder, place);
  const entries = await listFolder(folder, place);
  const pictures = entries.flatMap(({ name, kind }) => (kind === 'file' && isImage(name) ? join(folder, name) : []));
  if (pictures.length > 0) return pictures;
  throw new VerilensError('BAD_INPUT', 'a sequence has no pictures', {
    place,
    expected: `pictures in ${folder}`,
    got: someOf(entries.map(({ name }) => name)),
  });
}

/** Lines of `length` numbers between commas, tabs or spaces. `nan` is a number here. @throws VerilensError NOT_FOUND, BAD_INPUT */
export async function numbersOf(path: string, lengths: readonly number[], place: string): Promise<readonly (readonly number[])[]> {
  return (await linesOf(path, place)).map((line, i) => numbersIn(line, lengths, `${path}, line ${i + 1}`));
}

export function numbersIn(line: string, lengths: readonly number[], place: string): readonly number[] {
  const parts = line.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map((part) => (/^nan$/i.test(part) ? NaN : Number(part)));
  const wrong = parts.some((part, i) => Number.isNaN(numbers[i]) && !/^nan$/i.test(part));
  if (!wrong && lengths.includes(numbers.length)) return numbers;
  throw new VerilensError('BAD_INPUT', 'a line cannot be read', {
    place,
    expected: `${lengths.join(' or ')} numbers`,
    got: line.slice(0, 60),
  });
}

/** x, y, width, height; undefined for a box of no area, which is how the benchmarks mark an object that is not there. */
export function boxFrom([x, y, width, height]: readonly number[], origin = 0): Box | undefined {
  const box = { x: x! - origin, y: y! - origin, width: width!, height: height! };
  return Object.values(box).every(Number.isFinite) && width! > 0 && height! > 0 ? box : undefined;
}

/** Folders of a root, or those named. @throws VerilensError NOT_FOUND, UNKNOWN_NAME */
export async function sequenceFolders(root: string, place: string, names: readonly string[] | undefined): Promise<readonly string[]> {
  await requireFolder(root, place);
  const folders = (await listFolder(root, place)).flatMap(({ name, kind }) => (kind === 'folder' ? name : []));
  return chosen(folders, names, place);
}

export function chosen(all: readonly string[], names: readonly string[] | undefined, place: string): readonly string[] {
  const absent = names?.filter((name) => !all.includes(name)) ?? [];
  if (absent.length === 0) return names ?? all;
  throw new VerilensError('UNKNOWN_NAME', 'there is no such sequence', { place, expected: someOf(all), got: someOf(absent) });
}

/** Whether a file can be read. */
export async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
