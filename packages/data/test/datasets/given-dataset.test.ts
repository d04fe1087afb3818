import { expect, it } from 'vitest';
import { givenDataset } from '../../src/datasets/given-dataset.ts';

it('passes datasets and nothing, and says what else came', () => {
  const dataset = { name: 'x', items: [], size: 0 };
  expect(givenDataset(dataset, 'here')).toBe(dataset);
  expect(givenDataset(undefined, 'here')).toBeUndefined();
  for (const wrong of [[], 'folder', { items: 3 }, null])
    expect(() => givenDataset(wrong, 'here')).toThrow(expect.objectContaining({ code: 'BAD_INPUT', place: 'here' }));
});
