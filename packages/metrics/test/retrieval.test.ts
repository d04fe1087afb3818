import { describe, expect, it } from 'vitest';
import { recallAtK } from '../src/retrieval.ts';

/** Unit vectors at these angles, in degrees. */
const at = (...degrees: number[]): number[][] =>
  degrees.map((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]);

describe('recallAtK', () => {
  it('finds the place of the nearest picture of the same label', () => {
    // a at 0 and 30; b at 10 and 80; c alone.
    const result = recallAtK({ embeddings: at(0, 30, 10, 80, 200), labels: ['a', 'a', 'b', 'b', 'c'] }, { ks: [1, 2, 3] });
    // From 0: b10, a30 -> 2. From 30: b10 (20 away), a0 (30) -> 2. From 10: a0, a30, b80 -> 3. From 80: a30, b10 -> 2.
    expect([...result.ranks]).toEqual([2, 2, 3, 2]);
    expect([...result.queries]).toEqual([0, 1, 2, 3]);
    expect(result.recall).toEqual({ 1: 0, 2: 0.75, 3: 1 });
    expect(result.skipped).toBe(1);
  });

  it('searches a gallery apart', () => {
    const gallery = { embeddings: at(0, 90), labels: ['a', 'b'] };
    const { recall, skipped } = recallAtK({ embeddings: at(10, 20, 50), labels: ['a', 'b', 'z'] }, { gallery, ks: [1, 2] });
    expect(recall).toEqual({ 1: 0.5, 2: 1 });
    expect(skipped).toBe(1);
  });

  it('counts ties against itself: a collapsed embedding finds nothing', () => {
    expect(recallAtK({ embeddings: at(5, 5, 5, 5), labels: [1, 1, 2, 2] }).recall[1]).toBe(0);
  });

  it.each([
    { what: 'nothing to find', list: { embeddings: at(0, 1), labels: ['a', 'b'] }, ks: [1], code: 'BAD_INPUT' },
    { what: 'a label too few', list: { embeddings: at(0, 1), labels: ['a'] }, ks: [1], code: 'BAD_INPUT' },
    { what: 'k of 0', list: { embeddings: at(0, 1), labels: ['a', 'a'] }, ks: [0], code: 'BAD_OPTION' },
    { what: 'k of 1.5', list: { embeddings: at(0, 1), labels: ['a', 'a'] }, ks: [1.5], code: 'BAD_OPTION' },
    { what: 'NaN', list: { embeddings: [[NaN], [1]], labels: ['a', 'a'] }, ks: [1], code: 'NOT_FINITE' },
  ])('refuses $what', ({ list, ks, code }) => {
    expect(() => recallAtK(list, { ks })).toThrow(expect.objectContaining({ code }));
  });
});
