import { expect, it } from 'vitest';
import { paceOf } from '../src/train/pace.ts';

it('auto begins with single steps and fills runs of a second', () => {
  const pace = paceOf('auto', 16);
  expect(pace.next(1000)).toBe(1);
  pace.took(1, 900);
  expect(pace.next(999)).toBe(1);
  pace.took(1, 125);
  expect(pace.next(998)).toBe(8);
  // slower now, and then much faster
  pace.took(8, 2000);
  expect(pace.next(990)).toBe(4);
  pace.took(4, 4);
  expect(pace.next(986)).toBe(16);
  expect(pace.next(3)).toBe(3);
  pace.took(3, 1800);
  expect(pace.next(2)).toBe(1);
});

it('auto stays with single steps where a run of several would not pay', () => {
  const short = paceOf('auto', 16);
  for (let left = 200; left > 0; left -= 20) {
    expect(short.next(left)).toBe(1);
    short.took(1, 49);
  }
  const slow = paceOf('auto', 16);
  const large = paceOf('auto', 1);
  for (const pace of [slow, large]) for (let i = 0; i < 2; i++) pace.took(1, pace === slow ? 600 : 50);
  expect([slow.next(1000), large.next(1000)]).toEqual([1, 1]);
});

it('a number is kept to', () => {
  const pace = paceOf(3, 16);
  expect([pace.next(10), pace.next(2)]).toEqual([3, 2]);
  for (const wrong of [0, 1.5, Number.NaN]) expect(() => paceOf(wrong, 16)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});
