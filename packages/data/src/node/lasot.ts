import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { listFolder, requireFolder, someOf } from './files.ts';
import { linesOf } from './labelled-files.ts';
import {
  boxFrom,
  chosen,
  isThere,
  numbersOf,
  picturesOf,
  trackingFiles,
  type TrackingFiles,
  type TrackingFilesOptions,
} from './tracking-files.ts';

export interface LasotOptions extends TrackingFilesOptions {
  /** `test`: the sequences of `testing_set.txt` in the root; `train`: all others. Default: all. */
  readonly split?: 'train' | 'test';
}

/**
 * LaSOT as distributed: `airplane/airplane-1/img/00000001.jpg`, `groundtruth.txt`, `full_occlusion.txt`, `out_of_view.txt`; the
 * folders of classes may be left out. A frame in which the object is wholly hidden or out of view has no box. Boxes count
 * pixels from 1 in the files and from 0 here.
 * Source: H. Fan et al., "LaSOT: A High-quality Benchmark for Large-scale Single Object Tracking", CVPR 2019.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, BAD_OPTION, UNKNOWN_NAME
 */
export async function lasotSequences(root: string, options: LasotOptions = {}): Promise<readonly TrackingFiles[]> {
  const place = `LaSOT ${root}`;
  const { split } = options;
  if (split !== undefined && split !== 'train' && split !== 'test')
    throw new VerilensError('BAD_OPTION', 'split cannot be used', { place, expected: 'train or test', got: String(split) });
  await requireFolder(root, place);
  const folders = await foundIn(root, place);
  if (folders.size === 0) {
    throw new VerilensError('BAD_INPUT', 'there is no sequence of LaSOT', {
      place,
      expected: 'folders such as airplane/airplane-1 with img/ and groundtruth.txt',
      got: someOf((await listFolder(root, place)).map(({ name }) => name)),
    });
  }
  const tested =
    split === undefined
      ? undefined
      : new Set(await linesOf(join(root, 'testing_set.txt'), place, 'It comes with the evaluation toolkit of LaSOT.'));
  const part = [...folders.keys()].filter((name) => tested === undefined || tested.has(name) === (split === 'test'));
  return Promise.all(
    chosen(part, options.names, place).map(async (name) => {
      const folder = folders.get(name)!;
      const at = `${place}, ${name}`;
      const boxes = await numbersOf(join(folder, 'groundtruth.txt'), [4], at);
      const hidden = [
        await flags(join(folder, 'full_occlusion.txt'), boxes.length, at),
        await flags(join(folder, 'out_of_view.txt'), boxes.length, at),
      ];
      return trackingFiles(
        name,
        await picturesOf(join(folder, 'img'), at),
        boxes.map((numbers, i) => (hidden.some((list) => list[i] === 1) ? undefined : boxFrom(numbers, 1))),
        options,
      );
    }),
  );
}

async function foundIn(root: string, place: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const outer of await listFolder(root, place)) {
    if (outer.kind !== 'folder') continue;
    const folder = join(root, outer.name);
    if (await isThere(join(folder, 'groundtruth.txt'))) {
      found.set(outer.name, folder);
      continue;
    }
    for (const { name, kind } of await listFolder(folder, place))
      if (kind === 'folder' && (await isThere(join(folder, name, 'groundtruth.txt')))) found.set(name, join(folder, name));
  }
  return found;
}

/** One 0 or 1 a frame; nothing is hidden where there is no such file. */
async function flags(path: string, count: number, place: string): Promise<readonly number[]> {
  if (!(await isThere(path))) return [];
  const values = (await linesOf(path, place)).flatMap((line) => line.split(/[\s,]+/).filter((part) => part !== '')).map(Number);
  if (values.length === count && values.every((value) => value === 0 || value === 1)) return values;
  throw new VerilensError('BAD_INPUT', 'a list of hidden frames cannot be read', {
    place: path,
    expected: `${count} values of 0 or 1`,
    got: `${values.length} values`,
  });
}
