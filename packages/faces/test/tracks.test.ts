import type { Box, Face } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { createTrackBook, pairFaces } from '../src/index.ts';
import { chainFaces } from '../src/tracks.ts';

const box = (x: number, y = 0, side = 40): Box => ({ x, y, width: side, height: side });

describe('pairFaces', () => {
  it('keeps two people apart when both move', () => {
    expect(pairFaces([box(0), box(100)], [box(90), box(12)])).toEqual([1, 0]);
  });

  it('does not join across a jump or a threefold change of area', () => {
    expect(pairFaces([box(0)], [box(80)])).toEqual([-1]);
    expect(pairFaces([box(0)], [box(0, 0, 80)])).toEqual([-1]);
  });
});

describe('createTrackBook', () => {
  it('gives stable numbers, new ones after leaving for long, and after a cut', () => {
    const book = createTrackBook(1500);
    const at = (ms: number, ...boxes: Box[]): number[] => book.assign(boxes, boxes, ms, ms + 280);
    expect(at(0, box(0), box(100))).toEqual([0, 1]);
    expect(at(500, box(104), box(5))).toEqual([1, 0]);
    expect(at(1000, box(8))).toEqual([0]); // 1 has left
    expect(at(1500, box(102), box(9))).toEqual([1, 0]); // and is back soon
    expect(at(4500, box(102))).toEqual([2]); // too late
    book.cut();
    expect(at(5000, box(102))).toEqual([3]);
  });
});

it('chainFaces links one chain per person', () => {
  const face = (x: number): Face => ({
    box: box(x),
    score: 1,
    keypoints: [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  });
  const chains = chainFaces([
    { frame: 0, faces: [face(0), face(100)] },
    { frame: 3, faces: [face(97)] },
    { frame: 7, faces: [face(6), face(94)] },
  ]);
  expect(chains.map(({ frames }) => frames)).toEqual([
    [0, 7],
    [0, 3, 7],
  ]);
});
