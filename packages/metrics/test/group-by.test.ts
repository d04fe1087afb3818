import { expect, it } from 'vitest';
import { groupBy } from '../src/index.ts';

it('keeps the order of groups and of items', () => {
  expect([...groupBy(['bear', 'ant', 'bee', 'ape'], (word) => word[0]!)]).toEqual([
    ['b', ['bear', 'bee']],
    ['a', ['ant', 'ape']],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
