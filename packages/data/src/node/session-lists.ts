import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import { listFolder, requireFolder, someOf } from './files.ts';
import { linesOf } from './labelled-files.ts';

/**
 * The lists of a few-shot protocol's sessions, `session_1.txt` (the base) and on, one entry a line: the `index_list`
 * folders that papers on few-shot class-incremental learning share (first of TOPIC; CEC, FACT and others carry the same
 * ones). They are not part of this package: fetch them with the paper's code, and give them to `sessionsFromLists`.
 *
 * @returns one list per session, the base first
 * @throws VerilensError NOT_FOUND, BAD_INPUT when there is none, one is missing in between, or one is empty
 * @example
 * const sessions = sessionsFromLists(cub.items, await readSessionLists('index_list/cub200'));
 */
export async function readSessionLists(folder: string): Promise<readonly (readonly string[])[]> {
  const place = `session lists ${folder}`;
  await requireFolder(folder, place);
  const names = (await listFolder(folder, place)).map((entry) => entry.name);
  const numbers = names.flatMap((name) => Number(/^session_(\d+)\.txt$/.exec(name)?.[1] ?? NaN)).filter(Number.isFinite);
  numbers.sort((a, b) => a - b);
  if (numbers.length === 0 || numbers.some((number, index) => number !== index + 1)) {
    throw new VerilensError('BAD_INPUT', 'the sessions are not all there', {
      place,
      expected: 'session_1.txt, session_2.txt, ... without a gap',
      got: someOf(names),
    });
  }
  return Promise.all(
    numbers.map(async (number) => {
      const path = join(folder, `session_${number}.txt`);
      const lines = await linesOf(path, place);
      if (lines.length === 0) throw new VerilensError('BAD_INPUT', 'a session is empty', { place: path, expected: 'an entry a line' });
      return lines;
    }),
  );
}
