import { VerilensError } from '@verilens/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createDataset,
  type Dataset,
  type DatasetItem,
  identityDisjointSplit,
  identityFolds,
  leaveOneTypeOut,
  leaveOneTypeOutFolds,
  proceduralDataset,
  summaryOf,
  typesOf,
} from '../../src/datasets/index.ts';

const open = async (): Promise<string> => 'opened';

/** `people` people with `each` real items; with forgeries of each type onto the next person of the same pair. */
function paired(people: number, types: readonly string[], each = 2): Dataset<string> {
  const items: DatasetItem<string>[] = [];
  for (let p = 0; p < people; p++) {
    for (let i = 0; i < each; i++) items.push({ id: `real/${p}/${i}`, label: 'real', identity: `p${p}`, open });
    for (const type of types) items.push({ id: `${type}/${p}`, label: 'fake', type, identity: `p${p}`, donor: `p${p ^ 1}`, open });
  }
  return createDataset('paired', items);
}

const peopleIn = (dataset: Dataset<unknown>): Set<string> =>
  new Set(dataset.items.flatMap((item) => [item.identity, item.donor].filter((person) => person !== undefined)));
const shared = (a: Dataset<unknown>, b: Dataset<unknown>): string[] => [...peopleIn(a)].filter((person) => peopleIn(b).has(person));

describe('createDataset', () => {
  it('shuffles by seed and epoch and can be read again', async () => {
    const dataset = paired(10, ['swap']);
    const ids = async (from: Dataset<string>): Promise<string[]> => {
      const out: string[] = [];
      for await (const item of from) out.push(item.id);
      return out;
    };
    expect(await ids(dataset.shuffled(0))).toEqual(await ids(dataset.shuffled(0)));
    expect(await ids(dataset.shuffled(0))).not.toEqual(await ids(dataset.shuffled(0, 1)));
    expect((await ids(dataset.shuffled(1))).sort()).toEqual((await ids(dataset)).sort());
    let read = 0;
    for await (const item of dataset) read += (await item.open()) === 'opened' ? 1 : 0;
    expect(read).toBe(dataset.size);
    expect(summaryOf(dataset)).toEqual({ real: 20, fake: 10, types: { swap: 10 }, identities: 10 });
  });

  it('refuses two items of one id', () => {
    const item = { id: 'a', label: 'real' as const, open };
    expect(() => createDataset('twice', [item, item])).toThrow(expect.objectContaining({ code: 'DUPLICATE_NAME' }));
  });
});

describe('identityDisjointSplit', () => {
  it('keeps people apart, as target and as donor, near the shares', () => {
    const dataset = paired(100, ['swap', 'paste']);
    const { parts, dropped } = identityDisjointSplit(dataset, { seed: 0, parts: { train: 0.7, validation: 0.1, test: 0.2 } });
    expectTypeOf(parts).toEqualTypeOf<Readonly<Record<'train' | 'validation' | 'test', Dataset<string>>>>();
    expect(dropped).toEqual([]);
    expect(parts.train.size + parts.validation.size + parts.test.size).toBe(dataset.size);
    expect([...shared(parts.train, parts.test), ...shared(parts.train, parts.validation), ...shared(parts.validation, parts.test)]).toEqual(
      [],
    );
    expect(Math.abs(parts.train.size / dataset.size - 0.7)).toBeLessThan(0.03);
    expect(Math.abs(summaryOf(parts.test).real / 200 - 0.2)).toBeLessThan(0.03);
  });

  it('depends on the seed, not on the order of the items', () => {
    const dataset = paired(40, ['swap']);
    const test = (from: Dataset<string>, seed: number): string[] =>
      identityDisjointSplit(from, { seed, parts: { train: 3, test: 1 } })
        .parts.test.items.map((item) => item.id)
        .sort();
    expect(test(dataset.shuffled(9), 0)).toEqual(test(dataset, 0));
    expect(test(dataset, 1)).not.toEqual(test(dataset, 0));
  });

  it('refuses people all tied together, or drops what straddles', () => {
    const items: DatasetItem<string>[] = [];
    for (let p = 0; p < 12; p++) {
      items.push({ id: `real/${p}`, label: 'real', identity: `p${p}`, open });
      for (let q = 0; q < 12; q++)
        if (q !== p) items.push({ id: `fake/${p}/${q}`, label: 'fake', type: 'swap', identity: `p${p}`, donor: `p${q}`, open });
    }
    const dataset = createDataset('tied', items);
    const parts = { train: 0.5, test: 0.5 };
    expect(() => identityDisjointSplit(dataset, { seed: 0, parts })).toThrow(/ties: 'drop'/);
    const split = identityDisjointSplit(dataset, { seed: 0, parts, ties: 'drop' });
    expect(shared(split.parts.train, split.parts.test)).toEqual([]);
    expect(split.dropped.length).toBe(72);
    expect(split.parts.train.size + split.parts.test.size + split.dropped.length).toBe(dataset.size);
  });

  it('takes items without a person for themselves', () => {
    const dataset = createDataset(
      'plain',
      Array.from({ length: 20 }, (_, i): DatasetItem<string> => ({ id: `${i}`, label: i % 2 === 0 ? 'real' : 'fake', open })),
    );
    const { parts } = identityDisjointSplit(dataset, { seed: 0, parts: { a: 1, b: 1 } });
    expect([parts.a.size, parts.b.size]).toEqual([10, 10]);
  });

  it.each([{ train: 0, test: 1 }, { train: Number.NaN }, {}])('refuses the shares %o', (parts) => {
    expect(() => identityDisjointSplit(paired(4, ['swap']), { seed: 0, parts: parts as Record<string, number> })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  });
});

describe('identityFolds', () => {
  it('tests every item once, on people not trained on', () => {
    const dataset = paired(30, ['swap']);
    const folds = identityFolds(dataset, { seed: 0, folds: 5 });
    expect(folds.flatMap((fold) => fold.test.items.map((item) => item.id)).sort()).toEqual(dataset.items.map((item) => item.id).sort());
    for (const { train, test } of folds) {
      expect(shared(train, test)).toEqual([]);
      expect(train.size + test.size).toBe(dataset.size);
    }
    expect(() => identityFolds(dataset, { seed: 0, folds: 1 })).toThrow(VerilensError);
    expect(() => identityFolds(paired(4, ['swap']), { seed: 0, folds: 3 })).toThrow(/would have no/);
  });
});

describe('leave one type out', () => {
  it('leaves each type out once', () => {
    const folds = leaveOneTypeOut(['swap', 'paste', 'gaze']);
    expectTypeOf(folds[0]!.unseen).toEqualTypeOf<'swap' | 'paste' | 'gaze'>();
    expect(folds).toEqual([
      { unseen: 'swap', seen: ['paste', 'gaze'] },
      { unseen: 'paste', seen: ['swap', 'gaze'] },
      { unseen: 'gaze', seen: ['swap', 'paste'] },
    ]);
    expect(() => leaveOneTypeOut(['swap'])).toThrow(VerilensError);
    expect(() => leaveOneTypeOut(['swap', 'swap'])).toThrow(VerilensError);
  });

  it('tests on a new type and new people', () => {
    const dataset = paired(40, ['swap', 'paste', 'gaze']);
    const folds = leaveOneTypeOutFolds(dataset, { seed: 0 });
    expect(folds.map((fold) => fold.unseen)).toEqual(['gaze', 'paste', 'swap']);
    for (const { unseen, seen, train, test, seenTest } of folds) {
      expect(typesOf(train)).toEqual([...seen].sort());
      expect(typesOf(seenTest)).toEqual([...seen].sort());
      expect(typesOf(test)).toEqual([unseen]);
      expect(shared(train, test)).toEqual([]);
      expect(test.items.filter((item) => item.label === 'real')).toEqual(seenTest.items.filter((item) => item.label === 'real'));
      expect(summaryOf(test).real).toBeGreaterThan(0);
    }
  });
});

describe('proceduralDataset', () => {
  it('draws clips when they are opened', async () => {
    const dataset = proceduralDataset({ seed: 0, real: 3, fake: { swap: 2 }, size: 32 });
    expect(summaryOf(dataset)).toEqual({ real: 3, fake: 2, types: { swap: 2 }, identities: 5 });
    const clip = await dataset.items[4]!.open();
    expect(clip.crops).toHaveLength(8);
    expect((await dataset.items[4]!.open()).crops[0]!.data).toEqual(clip.crops[0]!.data);
  });
});
