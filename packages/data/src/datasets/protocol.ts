import { VerilensError } from '@verilens/core';
import { type Dataset, typesOf } from './dataset.ts';
import { identityDisjointSplit } from './split.ts';

/** One round of leave-one-type-out: train on the seen types, test on the unseen one. */
export interface TypeFold<N extends string = string> {
  readonly unseen: N;
  readonly seen: readonly N[];
}

/**
 * Every type left out once, in the order given.
 * @throws VerilensError BAD_OPTION for fewer than two types or a type named twice
 * @example
 * for (const { unseen, seen } of leaveOneTypeOut(['swap', 'paste', 'reenact'])) await evaluate(await train(seen), unseen);
 */
export function leaveOneTypeOut<const N extends string>(types: readonly N[]): TypeFold<N>[] {
  if (types.length < 2 || new Set(types).size !== types.length) {
    throw new VerilensError('BAD_OPTION', 'no type to leave out', {
      place: 'leave-one-type-out',
      expected: 'two or more different types',
      got: types.join(', ') || 'none',
    });
  }
  return types.map((unseen) => ({ unseen, seen: types.filter((type) => type !== unseen) }));
}

export interface DatasetTypeFold<T> extends TypeFold {
  /** Real items and the seen types, of the training people. */
  readonly train: Dataset<T>;
  /** Real items and the unseen type, of the test people. */
  readonly test: Dataset<T>;
  /** The same real items and the seen types, of the test people: what is lost on the unseen type shows against this. */
  readonly seenTest: Dataset<T>;
}

/**
 * Leave-one-type-out over a dataset: the forgery type and the people of the test are both new. The people are split
 * once, so that all folds test on the same real items.
 * @throws VerilensError as `identityDisjointSplit` and `leaveOneTypeOut`
 */
export function leaveOneTypeOutFolds<T>(
  dataset: Dataset<T>,
  options: { seed: number | string; testShare?: number; ties?: 'refuse' | 'drop' },
): DatasetTypeFold<T>[] {
  const { seed, testShare = 0.3, ties } = options;
  if (!(testShare > 0 && testShare < 1))
    throw new VerilensError('BAD_OPTION', 'testShare cannot be used', {
      place: 'leave-one-type-out',
      expected: 'between 0 and 1',
      got: String(testShare),
    });
  const { parts } = identityDisjointSplit(dataset, { seed, ties, parts: { train: 1 - testShare, test: testShare } });
  return leaveOneTypeOut(typesOf(dataset)).map(({ unseen, seen }) => {
    const only = (part: Dataset<T>, types: readonly string[], name: string): Dataset<T> =>
      part.filter(
        (item) => item.label === 'real' || (item.type !== undefined && types.includes(item.type)),
        `${dataset.name}/without ${unseen}/${name}`,
      );
    return {
      unseen,
      seen,
      train: only(parts.train, seen, 'train'),
      test: only(parts.test, [unseen], 'test'),
      seenTest: only(parts.test, seen, 'seen test'),
    };
  });
}
