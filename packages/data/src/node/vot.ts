import { join } from 'node:path';
import { type Box, VerilensError } from '@verilens/core';
import { listFolder, requireFolder } from './files.ts';
import { linesOf } from './labelled-files.ts';
import {
  boxFrom,
  chosen,
  isThere,
  numbersIn,
  picturesOf,
  sequenceFolders,
  trackingFiles,
  type TrackingFiles,
  type TrackingFilesOptions,
} from './tracking-files.ts';

/**
 * A VOT folder as its toolkit unpacks it: `list.txt`, `ball/color/00000001.jpg` (2013 to 2015: `ball/00000001.jpg`) and
 * `ball/groundtruth.txt` with a rectangle (4 numbers), a polygon (6 or more; its bounding box here) or a mask (`m` and run
 * lengths, from 2020; the bounding box of its pixels) a line. Coordinates as the files have them.
 * Source: M. Kristan et al., "A Novel Performance Evaluation Methodology for Single-Target Trackers", PAMI 2016.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, UNKNOWN_NAME
 */
export async function votSequences(root: string, options: TrackingFilesOptions = {}): Promise<readonly TrackingFiles[]> {
  const place = `VOT ${root}`;
  await requireFolder(root, place);
  const list = join(root, 'list.txt');
  const names = (await isThere(list))
    ? chosen(await linesOf(list, place), options.names, place)
    : await withTruth(root, await sequenceFolders(root, place, options.names));
  if (names.length === 0)
    throw new VerilensError('BAD_INPUT', 'there is no sequence of VOT', { place, expected: 'list.txt, or folders with groundtruth.txt' });
  return Promise.all(
    names.map(async (name) => {
      const folder = join(root, name);
      const at = `${place}, ${name}`;
      await requireFolder(folder, at);
      const inner = (await listFolder(folder, at)).some((entry) => entry.kind === 'folder' && entry.name === 'color');
      const pictures = await picturesOf(inner ? join(folder, 'color') : folder, at);
      const lines = await linesOf(join(folder, 'groundtruth.txt'), at);
      return trackingFiles(
        name,
        pictures,
        lines.map((line, i) => regionBox(line, `${at}, groundtruth.txt, line ${i + 1}`)),
        options,
      );
    }),
  );
}

async function withTruth(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of folders) if (await isThere(join(root, name, 'groundtruth.txt'))) found.push(name);
  return found;
}

/** The bounding box of a region. One number is a code of the toolkit: no region. */
function regionBox(line: string, place: string): Box | undefined {
  if (line.startsWith('m')) return maskBox(line, place);
  const numbers = numbersIn(line, [1, 4, ...Array.from({ length: 62 }, (_, i) => 6 + 2 * i)], place);
  if (numbers.length === 1) return undefined;
  if (numbers.length === 4) return boxFrom(numbers);
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return boxFrom([x, y, Math.max(...xs) - x, Math.max(...ys) - y]);
}

/** `m x, y, width, height, runs...`: lengths of runs of 0 and 1 in turn, row by row inside the rectangle. */
function maskBox(line: string, place: string): Box | undefined {
  const [x, y, width, height, ...runs] = line
    .slice(1)
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number) as [number, number, number, number, ...number[]];
  const size = width * height;
  const whole = [x, y, width, height, ...runs].every(Number.isInteger) && runs.every((run) => run >= 0);
  if (!whole || runs.reduce((sum, run) => sum + run, 0) > size)
    throw new VerilensError('BAD_INPUT', 'a mask cannot be read', {
      place,
      expected: 'm x, y, width, height and runs that fit',
      got: line.slice(0, 60),
    });
  let [left, top, right, bottom] = [width, height, 0, 0];
  let at = 0;
  runs.forEach((run, i) => {
    if (i % 2 === 1 && run > 0) {
      const [first, last] = [at, at + run - 1];
      const [upper, lower] = [Math.floor(first / width), Math.floor(last / width)];
      top = Math.min(top, upper);
      bottom = Math.max(bottom, lower + 1);
      left = Math.min(left, upper === lower ? first % width : 0);
      right = Math.max(right, upper === lower ? (last % width) + 1 : width);
    }
    at += run;
  });
  return boxFrom([x + left, y + top, right - left, bottom - top]);
}
