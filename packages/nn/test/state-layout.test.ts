import { describe, expect, it } from 'vitest';
import type { Leaf } from '../src/module.ts';
import { inUpdateOrder, layOut, type StateGroup } from '../src/train/state-layout.ts';

const leaves = (sizes: Readonly<Record<string, number>>): ReadonlyMap<string, Leaf> =>
  new Map(Object.entries(sizes).map(([name, size]) => [name, { shape: [size] } as unknown as Leaf]));
const named = (groups: ReturnType<typeof layOut>): Record<string, string[]> =>
  Object.fromEntries(groups.map(({ name, members }) => [name, members.map((member) => member.name)]));

describe('layout of state tensors', () => {
  const sizes = leaves({ big: 300_000, middle: 20_000, a: 5, b: 7, other: 9 });
  const kind = (name: string): string => (name === 'other' ? '1' : '0');

  it('joins small ones that are treated alike', () => {
    expect(named(layOut(sizes, kind, 'native'))).toEqual({ big: ['big'], middle: ['middle'], 'small 0': ['a', 'b'], other: ['other'] });
  });

  it('joins larger ones on a GPU, where each tensor costs more', () => {
    expect(named(layOut(sizes, kind, 'webgpu'))).toEqual({ big: ['big'], 'small 0': ['middle', 'a', 'b'], other: ['other'] });
  });

  it('begins another tensor on a GPU before one outgrows what kernels see, each under a name of its own', () => {
    const many = leaves(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`w${i}`, 2 ** 18])));
    const groups = layOut(many, () => '0', 'webgpu');
    expect(groups.map(({ name, shape }) => [name, shape])).toEqual([
      ['small 0', [2 ** 22]],
      ['small 0 2', [2 ** 22]],
      ['small 0 3', [8 * 2 ** 18]],
    ]);
    expect(groups.flatMap(({ members }) => members.map(({ name }) => name))).toEqual([...many.keys()]);
  });
});

const group = (name: string, ...sizes: readonly number[]): StateGroup => ({
  name,
  members: sizes.map((size, i) => ({ name: `${name}.${i}`, shape: [size], size })),
  shape: [sizes.reduce((a, b) => a + b, 0)],
});

it('updates of joined groups are written first, the largest last, then the others in their order', () => {
  const groups = [group('first', 9), group('second', 1), group('weights', 5, 5), group('biases', 1, 1)];
  expect(inUpdateOrder(groups).map(({ name }) => name)).toEqual(['biases', 'weights', 'first', 'second']);
});
