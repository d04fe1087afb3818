import { type Box, type FaceClip, type Image, type Point, VerilensError } from '@verilens/core';
import type { ProceduralClips } from './clips.ts';

/**
 * One procedural clip in the shape that real videos give, so that whatever works on face clips (detectors, forging
 * operations) works on it too. 25 frames a second; the crop is its own source frame.
 * @throws VerilensError BAD_OPTION when there is no clip `index`
 */
export function proceduralFaceClip(clips: ProceduralClips, index: number): FaceClip {
  const { pixels, points, count, frames, size } = clips;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new VerilensError('BAD_OPTION', 'no such clip', {
      place: 'data/procedural',
      expected: `a number from 0 to ${count - 1}`,
      got: String(index),
    });
  }
  const crops: Image[] = [];
  const keypoints: Point[][] = [];
  const boxes: Box[] = [];
  let eyes = 0;
  for (let t = 0; t < frames; t++) {
    const start = (index * frames + t) * size * size * 3;
    const data = new Uint8ClampedArray(size * size * 4).fill(255);
    for (let i = 0; i < size * size; i++) for (let c = 0; c < 3; c++) data[4 * i + c] = pixels[start + 3 * i + c]!;
    crops.push({ data, width: size, height: size });
    const at = (index * frames + t) * 12;
    const face = Array.from({ length: 6 }, (_, k): Point => [points[at + 2 * k]!, points[at + 2 * k + 1]!]);
    keypoints.push(face);
    eyes += Math.sqrt((face[1]![0] - face[0]![0]) ** 2 + (face[1]![1] - face[0]![1]) ** 2) / frames;
    // from ear to ear, and as much above the eyes as detectors' boxes reach
    const width = face[5]![0] - face[4]![0];
    boxes.push({ x: face[4]![0], y: (face[0]![1] + face[1]![1]) / 2 - 0.35 * width, width, height: width });
  }
  return {
    trackId: 0,
    crops,
    timestampsMs: crops.map((_, t) => t * 40),
    boxes,
    keypoints,
    transforms: crops.map(() => [1, 0, 0, 0, 1, 0]),
    eyeDistancePx: eyes,
  };
}
