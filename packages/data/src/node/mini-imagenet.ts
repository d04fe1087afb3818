import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { listFolder, requireFolder, someOf } from './files.ts';
import { classFolders, type LabelledFile, labelledFile, type LabelledFiles, linesOf } from './labelled-files.ts';

/**
 * miniImageNet in either of its usual forms: `images/` with `split/<split>.csv` (or `<split>.csv` beside it; lines
 * "filename,label", labels in the order in which they first come), or `<split>/<class>/` folders.
 *
 * The set is cut from ImageNet and has no home of its own. Ravi and Larochelle (ICLR 2017) made the lists of 64, 16 and
 * 20 classes; papers on incremental sessions use 100 classes with 500 training and 100 test pictures each, by the lists
 * of TOPIC and CEC (`data/index_list/mini_imagenet/{train,test}.csv` and `session_<n>.txt` of those repositories).
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT naming the line
 */
export async function miniImageNet(root: string, options: { readonly split: 'train' | 'val' | 'test' }): Promise<LabelledFiles> {
  const { split } = options;
  const place = `miniImageNet ${root}`;
  await requireFolder(root, place);
  const entries = (await listFolder(root, place)).map((entry) => entry.name);
  if (entries.includes(split)) return classFolders(join(root, split), { name: `${place}/${split}` });
  if (!entries.includes('images')) {
    throw new VerilensError('BAD_INPUT', 'the folder is laid out in another way', {
      place,
      expected: `${split}/<class>/, or images/ and split/${split}.csv`,
      got: someOf(entries),
    });
  }
  const csv = entries.includes(`${split}.csv`) ? join(root, `${split}.csv`) : join(root, 'split', `${split}.csv`);
  const classes: string[] = [];
  const items: LabelledFile[] = [];
  for (const [index, line] of (await linesOf(csv, place)).entries()) {
    if (index === 0 && /^filename,/.test(line)) continue;
    const [file, name, ...rest] = line.split(',');
    if (file === undefined || file === '' || name === undefined || name === '' || rest.length > 0 || /[/\\]\.\.|^\.\.|^[/\\]/.test(file)) {
      throw new VerilensError('BAD_INPUT', 'a line cannot be read', {
        place: `${csv} line ${index + 1}`,
        expected: 'filename,label',
        got: line.slice(0, 80),
      });
    }
    if (!classes.includes(name)) classes.push(name);
    items.push(labelledFile(root, `images/${file}`, classes.indexOf(name)));
  }
  if (items.length === 0) throw new VerilensError('BAD_INPUT', 'the list is empty', { place: csv, expected: 'lines "filename,label"' });
  await requireFirst(items[0]!, csv);
  return { name: `${place}/${split}`, root, classes, items, skipped: [] };
}

/** A list beside the wrong pictures is said at once, not at the first batch. */
export async function requireFirst(item: LabelledFile, list: string): Promise<void> {
  await stat(item.path).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the pictures of the list are not there', { place: list, expected: item.path, cause });
  });
}
