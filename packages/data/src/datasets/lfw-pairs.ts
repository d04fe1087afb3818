import { VerilensError } from '@verilens/core';

/** Two pictures of the LFW protocol: numbers count from 1. */
export interface LfwPair {
  readonly a: { readonly person: string; readonly number: number };
  readonly b: { readonly person: string; readonly number: number };
  readonly same: boolean;
  /** From 0; results are usually the mean over folds. */
  readonly fold: number;
}

/**
 * Reads LFW's lists of pairs: `pairs.txt` (first line "folds pairs": each fold has that many matched pairs, then as
 * many mismatched ones) and `pairsDevTrain.txt`, `pairsDevTest.txt` (first line "pairs"). Matched lines are
 * "name n1 n2", mismatched ones "name1 n1 name2 n2".
 *
 * @throws VerilensError BAD_INPUT naming the line
 * @see Huang et al., Labeled Faces in the Wild, University of Massachusetts, 2007
 */
export function parseLfwPairs(text: string, place: string): readonly LfwPair[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().split(/\s+/));
  while (lines.length > 0 && lines.at(-1)![0] === '') lines.pop();
  const header = (lines[0] ?? []).map(Number);
  const [folds, each] = header.length === 1 ? [1, header[0]!] : [header[0] ?? NaN, header[1] ?? NaN];
  if (header.length > 2 || !isCount(folds) || !isCount(each)) {
    throw new VerilensError('BAD_INPUT', 'this is no list of pairs', {
      place: `${place} line 1`,
      expected: 'one or two numbers: folds and pairs a fold',
      got: (lines[0] ?? []).join(' ').slice(0, 60) || 'an empty file',
    });
  }
  const wanted = folds * each * 2;
  if (lines.length - 1 !== wanted) {
    throw new VerilensError('BAD_INPUT', 'the list is not as long as its first line says', {
      place,
      expected: `${wanted} pairs`,
      got: String(lines.length - 1),
    });
  }
  return lines.slice(1).map((parts, index): LfwPair => {
    const fold = Math.floor(index / (2 * each));
    const same = index % (2 * each) < each;
    const [nameA, numberA, ...rest] = parts;
    const [nameB, numberB] = same ? [nameA, rest[0]] : rest;
    if (parts.length !== (same ? 3 : 4) || !isCount(Number(numberA)) || !isCount(Number(numberB))) {
      throw new VerilensError('BAD_INPUT', 'a line is no pair', {
        place: `${place} line ${index + 2}`,
        expected: same ? 'name n1 n2' : 'name1 n1 name2 n2',
        got: parts.join(' ').slice(0, 80),
      });
    }
    return { a: { person: nameA!, number: Number(numberA) }, b: { person: nameB!, number: Number(numberB) }, same, fold };
  });
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
