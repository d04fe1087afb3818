import { describe, expect, it } from 'vitest';
import { ANCHOR_COUNT, anchorCentres } from '../src/index.ts';
import { decodeFaces } from '../src/decode.ts';

describe('anchors', () => {
  it('are cell centres of 16 x 16 x 2 and 8 x 8 x 6', () => {
    const centres = anchorCentres();
    expect(ANCHOR_COUNT).toBe(896);
    expect([...centres.subarray(0, 6)]).toEqual([0.5 / 16, 0.5 / 16, 0.5 / 16, 0.5 / 16, 1.5 / 16, 0.5 / 16]);
    expect([...centres.subarray(1024, 1026)]).toEqual([0.5 / 8, 0.5 / 8]);
    expect([...centres.subarray(-2)]).toEqual([7.5 / 8, 7.5 / 8]);
  });
});

describe('decodeFaces', () => {
  it('adds the anchor, undoes the letterbox, and puts key points on pixel centres', () => {
    const logits = new Float32Array(ANCHOR_COUNT).fill(-50);
    const values = new Float32Array(ANCHOR_COUNT * 16);
    const at = 3; // cell (1, 0): centre (12, 4) of a 128-pixel input
    logits[at] = Math.log(3); // 0.75
    values.set([2, -1, 20, 30, -4, -2, 4, -2, 0, 1, 0, 5, -9, 0, 9, 0], at * 16);
    const faces = decodeFaces(logits, values, anchorCentres(), 128, { scale: 0.5, offsetX: 0, offsetY: 10 }, 0.5);
    expect(faces).toHaveLength(1);
    expect(faces[0]!.score).toBeCloseTo(0.75, 6);
    expect(faces[0]!.box).toEqual({ x: 28 - 20, y: -14 - 30, width: 40, height: 60 });
    expect(faces[0]!.keypoints[0]).toEqual([16 - 0.5, -16 - 0.5]);
    expect(faces[0]!.keypoints[5]).toEqual([42 - 0.5, -12 - 0.5]);
  });

  it('leaves out anchors below the score and answers without area', () => {
    const logits = new Float32Array(ANCHOR_COUNT).fill(5);
    expect(
      decodeFaces(logits, new Float32Array(ANCHOR_COUNT * 16), anchorCentres(), 128, { scale: 1, offsetX: 0, offsetY: 0 }, 0.5),
    ).toEqual([]);
  });
});
