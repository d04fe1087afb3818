import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { listFolder, requireFolder, someOf } from './files.ts';
import { boxFrom, chosen, numbersOf, picturesOf, trackingFiles, type TrackingFiles, type TrackingFilesOptions } from './tracking-files.ts';

/** Frames before the first box, where a sequence does not begin with its first picture (list of the benchmark's toolkit). */
const SKIPPED: Readonly<Record<string, number>> = { David: 299, BlurCar1: 246, BlurCar3: 2, BlurCar4: 17 };

/**
 * OTB-50 or OTB-100 as distributed: `Basketball/img/0001.jpg`, `Basketball/groundtruth_rect.txt`. Folders with two objects
 * (`groundtruth_rect.1.txt`, `.2.txt`) give two sequences, `Jogging.1` and `Jogging.2`. Boxes count pixels from 1 in the
 * files and from 0 here.
 * Source: Y. Wu, J. Lim, M.-H. Yang, "Object Tracking Benchmark", PAMI 2015.
 * @throws VerilensError NOT_FOUND, BAD_INPUT, UNKNOWN_NAME
 * @example
 * for (const sequence of await otbSequences('OTB100', { names: ['Basketball'] }))
 *   for await (const { frame, box } of sequence.open()) console.log(frame.index, box);
 */
export async function otbSequences(root: string, options: TrackingFilesOptions = {}): Promise<readonly TrackingFiles[]> {
  const place = `OTB ${root}`;
  await requireFolder(root, place);
  const found = new Map<string, { readonly folder: string; readonly file: string }>();
  for (const { name: folder, kind } of await listFolder(root, place)) {
    if (kind !== 'folder') continue;
    const files = (await listFolder(join(root, folder), place)).flatMap(({ name }) =>
      /^groundtruth_rect(\.\d+)?\.txt$/.test(name) ? name : [],
    );
    for (const file of files) {
      const object = /\.(\d+)\.txt$/.exec(file)?.[1];
      found.set(object === undefined || files.length === 1 ? folder : `${folder}.${object}`, { folder, file });
    }
  }
  if (found.size === 0) {
    throw new VerilensError('BAD_INPUT', 'there is no sequence of OTB', {
      place,
      expected: 'folders with img/ and groundtruth_rect.txt',
      got: someOf((await listFolder(root, place)).map(({ name }) => name)),
      remedy: 'Give the folder that holds the folders of the sequences.',
    });
  }
  return Promise.all(
    chosen([...found.keys()], options.names, place).map(async (name) => {
      const { folder, file } = found.get(name)!;
      const pictures = await picturesOf(join(root, folder, 'img'), `${place}, ${name}`);
      const boxes = (await numbersOf(join(root, folder, file), [4], `${place}, ${name}`)).map((numbers) => boxFrom(numbers, 1));
      // the toolkit leaves the end of some sequences out
      const first = pictures.length > boxes.length ? (SKIPPED[folder] ?? 0) : 0;
      return trackingFiles(name, pictures.slice(first, first + boxes.length), boxes, options);
    }),
  );
}
