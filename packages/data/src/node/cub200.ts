import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { requireFolder } from './files.ts';
import { type LabelledFile, labelledFile, type LabelledFiles, linesOf } from './labelled-files.ts';
import { requireFirst } from './mini-imagenet.ts';

/**
 * Caltech-UCSD Birds-200-2011 as distributed: `images/`, `images.txt`, `image_class_labels.txt`, `classes.txt`,
 * `train_test_split.txt`. Labels are those of the files less one.
 *
 * @param root The folder of `images.txt` (`CUB_200_2011`), or the one above.
 * @throws VerilensError NOT_FOUND, BAD_INPUT naming file and line
 * @see Wah et al., The Caltech-UCSD Birds-200-2011 dataset, CNS-TR-2011-001
 */
export async function cub200(root: string, options: { readonly split: 'train' | 'test' }): Promise<LabelledFiles> {
  const place = `CUB-200-2011 ${root}`;
  await requireFolder(root, place);
  const folder = await requireFolder(join(root, 'CUB_200_2011'), place).then(
    () => join(root, 'CUB_200_2011'),
    () => root,
  );
  const [paths, labels, splits, names] = await Promise.all(
    ['images.txt', 'image_class_labels.txt', 'train_test_split.txt', 'classes.txt'].map((file) => numbered(join(folder, file), place)),
  );
  const classes = [...names!].sort(([a], [b]) => a - b).map(([, name]) => name);
  const items: LabelledFile[] = [];
  for (const [id, path] of [...paths!].sort(([a], [b]) => a - b)) {
    const [label, train] = [Number(labels!.get(id)) - 1, splits!.get(id)];
    if (
      !Number.isInteger(label) ||
      label < 0 ||
      label >= classes.length ||
      (train !== '0' && train !== '1') ||
      /(^|\/)\.\.(\/|$)/.test(path)
    ) {
      throw new VerilensError('BAD_INPUT', 'the lists do not belong together', {
        place,
        expected: `a class of 1..${classes.length} and a split of 0 or 1 for picture ${id}`,
        got: `class ${labels!.get(id) ?? 'none'}, split ${train ?? 'none'}, ${path.slice(0, 60)}`,
      });
    }
    if ((train === '1') === (options.split === 'train')) items.push(labelledFile(folder, `images/${path}`, label));
  }
  if (items.length === 0) throw new VerilensError('BAD_INPUT', `there is no ${options.split} picture`, { place });
  await requireFirst(items[0]!, join(folder, 'images.txt'));
  return { name: `${place}/${options.split}`, root: folder, classes, items, skipped: [] };
}

/** Lines "number value". */
async function numbered(file: string, place: string): Promise<ReadonlyMap<number, string>> {
  const values = new Map<number, string>();
  for (const [index, line] of (await linesOf(file, place)).entries()) {
    const match = /^(\d+) (.+)$/.exec(line);
    if (match === null || values.has(Number(match[1]))) {
      const expected = 'a number of its own, then a value';
      throw new VerilensError('BAD_INPUT', 'a line cannot be read', {
        place: `${file} line ${index + 1}`,
        expected,
        got: line.slice(0, 80),
      });
    }
    values.set(Number(match[1]), match[2]!);
  }
  return values;
}
