import { describe, expect, it } from 'vitest';
import { countOf, joinPictures, pictureAt, type PictureSet, selectPictures } from '../../src/datasets/pictures.ts';

const grey: PictureSet = {
  name: 'grey',
  width: 2,
  height: 1,
  channels: 1,
  pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
  labels: Uint16Array.of(0, 1, 0),
  classes: ['a', 'b'],
};

describe('picture sets', () => {
  it('give pictures as RGBA', () => {
    expect([...pictureAt(grey, 1).data]).toEqual([3, 3, 3, 255, 4, 4, 4, 255]);
    const colour: PictureSet = { ...grey, width: 1, channels: 3, labels: Uint16Array.of(0, 1) };
    expect([...pictureAt(colour, 1).data]).toEqual([4, 5, 6, 255]);
    expect(() => pictureAt(grey, 3)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('are selected in the order asked for', () => {
    const part = selectPictures(grey, [2, 1]);
    expect(countOf(part)).toBe(2);
    expect([...part.pixels]).toEqual([5, 6, 3, 4]);
    expect([...part.labels]).toEqual([0, 1]);
    expect(() => selectPictures(grey, [-1])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('are joined, each with classes of its own', () => {
    const both = joinPictures('both', [grey, { ...grey, classes: ['c', 'd'] }]);
    expect(both.classes).toEqual(['a', 'b', 'c', 'd']);
    expect([...both.labels]).toEqual([0, 1, 0, 2, 3, 2]);
    expect([...both.pixels.subarray(6)]).toEqual([...grey.pixels]);
    expect(() => joinPictures('twice', [grey, grey])).toThrow(expect.objectContaining({ code: 'DUPLICATE_NAME', got: 'a' }));
    expect(() => joinPictures('sizes', [grey, { ...grey, width: 1, height: 2 }])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => joinPictures('none', [])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});
