import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { VerilensError } from '@verilens/core';
import { type LfwPair, parseLfwPairs } from '../datasets/lfw-pairs.ts';
import { someOf } from './files.ts';
import { classFolders, type LabelledFile, type LabelledFiles } from './labelled-files.ts';

export interface LfwDataset extends LabelledFiles {
  /** In the order of the list. Empty when there is none. */
  readonly pairs: readonly (LfwPair & { readonly first: LabelledFile; readonly second: LabelledFile })[];
}

export interface LfwOptions {
  /** The list of pairs; `pairs.txt` in the root or beside it when left out. `false`: none. */
  readonly pairs?: string | false;
}

/**
 * Labeled Faces in the Wild as distributed (`lfw/`, `lfw-deepfunneled/`): a folder per person, files
 * `<person>_0001.jpg`, and a list of pairs for verification.
 *
 * @param root The folder of the people's folders.
 * @throws VerilensError NOT_FOUND, BAD_INPUT; also when a pair names a picture that is not there
 */
export async function lfwDataset(root: string, options: LfwOptions = {}): Promise<LfwDataset> {
  const place = `LFW ${root}`;
  const people = await classFolders(root, { name: place });
  if (options.pairs === false) return { ...people, pairs: [] };
  const list = await findList(root, options.pairs);
  if (list === undefined) {
    throw new VerilensError('NOT_FOUND', 'the list of pairs is not there', {
      place,
      expected: options.pairs ?? `pairs.txt in ${root} or beside it`,
      remedy: 'Put pairs.txt there, name it (`pairs`), or pass pairs: false.',
    });
  }
  const stems = new Map(people.items.map((item) => [stem(item.id), item]));
  const find = (person: string, number: number, line: number): LabelledFile => {
    const name = `${person}/${person}_${String(number).padStart(4, '0')}`;
    const found = stems.get(name);
    if (found !== undefined) return found;
    const label = people.classes.indexOf(person);
    throw new VerilensError('BAD_INPUT', 'a pair names a picture that is not there', {
      place: `${list} line ${line + 2}`,
      expected: `${name}.jpg below ${root}`,
      got:
        label === -1 ? 'no folder of that name' : someOf(people.items.flatMap((item) => (item.label === label ? basename(item.id) : []))),
      remedy: 'Is the data set whole?',
    });
  };
  const pairs = parseLfwPairs(await readFile(list, 'utf8'), list).map((pair, line) => ({
    ...pair,
    first: find(pair.a.person, pair.a.number, line),
    second: find(pair.b.person, pair.b.number, line),
  }));
  return { ...people, pairs };
}

async function findList(root: string, given: string | undefined): Promise<string | undefined> {
  for (const path of given === undefined ? [join(root, 'pairs.txt'), resolve(root, '../pairs.txt')] : [given]) {
    const found = await stat(path).then(
      (info) => info.isFile(),
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

function stem(id: string): string {
  return id.slice(0, id.lastIndexOf('.'));
}
