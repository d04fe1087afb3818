import { describe, expect, it } from 'vitest';
import { parseLfwPairs } from '../../src/datasets/lfw-pairs.ts';

describe('parseLfwPairs', () => {
  it('reads folds: matched pairs, then mismatched ones', () => {
    const text = '2\t1\nAnn\t1\t4\nAnn\t1\tBob_Ray\t2\nBob_Ray\t1\t2\nBob_Ray\t3\tAnn\t1\n';
    expect(parseLfwPairs(text, 'pairs.txt')).toEqual([
      { a: { person: 'Ann', number: 1 }, b: { person: 'Ann', number: 4 }, same: true, fold: 0 },
      { a: { person: 'Ann', number: 1 }, b: { person: 'Bob_Ray', number: 2 }, same: false, fold: 0 },
      { a: { person: 'Bob_Ray', number: 1 }, b: { person: 'Bob_Ray', number: 2 }, same: true, fold: 1 },
      { a: { person: 'Bob_Ray', number: 3 }, b: { person: 'Ann', number: 1 }, same: false, fold: 1 },
    ]);
  });

  it('reads the development lists, whose first line is one number', () => {
    expect(parseLfwPairs('1\nAnn\t1\t2\nAnn\t1\tBob\t1', 'pairsDevTrain.txt').map(({ same, fold }) => [same, fold])).toEqual([
      [true, 0],
      [false, 0],
    ]);
  });

  it.each([
    { what: 'nothing', text: '', place: /line 1/ },
    { what: 'another first line', text: 'name imagenum1 imagenum2 name2\n', place: /line 1/ },
    { what: 'too few lines', text: '1 1\nAnn 1 2\n', place: /^\[p\] .*2 pairs, got 1/ },
    { what: 'a mismatched line where a matched one belongs', text: '1 1\nAnn 1 Bob 2\nAnn 1 2\n', place: /line 2/ },
    { what: 'a number that is none', text: '1 1\nAnn 1 x\nAnn 1 Bob 2\n', place: /line 2/ },
    { what: 'picture 0', text: '1 1\nAnn 0 1\nAnn 1 Bob 2\n', place: /line 2/ },
  ])('refuses $what', ({ text, place }) => {
    expect(() => parseLfwPairs(text, 'p')).toThrow(expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(place) }));
  });
});
