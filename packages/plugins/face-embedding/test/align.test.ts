import type { Face, Image, Point } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { ARCFACE_TEMPLATE, alignedCrop, arcfaceAnchors } from '@verilens/faces';
import { inputTensor } from '../src/align.ts';
import { resolveFormat } from '../src/format.ts';

const points: readonly Point[] = [
  [-18, -20],
  [18, -20],
  [0, 2],
  [0, 22],
  [-30, -10],
  [30, -10],
];

/** A grey picture with a white disc at each of four points of a face that is `scale` large and turned by `turn`. */
function face(scale: number, turn: number, side: number): { image: Image; face: Face } {
  const place = ([x, y]: Point): Point => [
    side / 2 + scale * (x * Math.cos(turn) - y * Math.sin(turn)),
    side / 2 + scale * (x * Math.sin(turn) + y * Math.cos(turn)),
  ];
  const keypoints = points.map(place);
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const lit = keypoints.slice(0, 4).some(([px, py]) => Math.hypot(px - x, py - y) < 3 * scale);
      data.fill(lit ? 255 : 40, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  const found: Face = { box: { x: 0, y: 0, width: side, height: side }, score: 1, keypoints: keypoints as unknown as Face['keypoints'] };
  return { image: { data, width: side, height: side }, face: found };
}

describe('alignedCrop', () => {
  const format = resolveFormat();

  it.each([
    { what: 'as large as the crop', scale: 1, turn: 0, side: 140 },
    { what: 'turned', scale: 1.2, turn: 0.6, side: 180 },
    { what: 'small', scale: 0.5, turn: -0.3, side: 90 },
    { what: 'six times as large, and averaged', scale: 6, turn: 0.2, side: 700 },
    { what: 'at the edge of its picture', scale: 2, turn: 0, side: 100 },
  ])('puts eyes, nose and mouth where the network expects them: a face $what', ({ scale, turn, side }) => {
    const { image, face: found } = face(scale, turn, side);
    const crop = alignedCrop(image, arcfaceAnchors(found, format.template), 112);
    const [right, left, nose] = ARCFACE_TEMPLATE;
    // The drawn face is not ArcFace's mean face: the similarity leaves some pixels between them.
    for (const [x, y] of [right, left, nose]) {
      let [sum, sumX, sumY] = [0, 0, 0];
      for (let dy = -10; dy <= 10; dy++) {
        for (let dx = -10; dx <= 10; dx++) {
          const value = Math.max(0, crop.data[((Math.round(y) + dy) * 112 + Math.round(x) + dx) * 4]! - 60);
          sum += value;
          sumX += value * (Math.round(x) + dx);
          sumY += value * (Math.round(y) + dy);
        }
      }
      expect(sum).toBeGreaterThan(0);
      expect(Math.hypot(sumX / sum - x, sumY / sum - y)).toBeLessThan(4);
    }
  });

  it('averages a large face instead of picking some of its pixels', () => {
    const { image, face: found } = face(8, 0, 900);
    // A chequerboard of single pixels: its mean is grey, a pick of pixels is black and white.
    for (let pixel = 0; pixel < 900 * 900; pixel++)
      image.data.fill(((pixel % 900) + Math.floor(pixel / 900)) % 2 === 0 ? 0 : 200, pixel * 4, pixel * 4 + 3);
    const crop = alignedCrop(image, arcfaceAnchors(found, format.template), 112);
    const values = Array.from({ length: 112 * 112 }, (_, pixel) => crop.data[pixel * 4]!);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(40);
  });
});

describe('inputTensor', () => {
  const crop: Image = { data: new Uint8ClampedArray(16 * 16 * 4), width: 16, height: 16 };
  crop.data.set([10, 20, 30, 255]);

  it('is ArcFace by default: planes, RGB, (v - 127) / 128', () => {
    const tensor = inputTensor(crop, resolveFormat({ inputSize: 16 }));
    expect(tensor.dims).toEqual([1, 3, 16, 16]);
    const data = tensor.data as Float32Array;
    expect([data[0], data[256], data[512]].map((value) => Math.round(value! * 128 + 127))).toEqual([10, 20, 30]);
  });

  it('follows order, layout, mean and deviation', () => {
    const format = resolveFormat({ inputSize: 16, order: 'bgr', layout: 'nhwc', mean: [1, 2, 3], std: [1, 2, 4] });
    const tensor = inputTensor(crop, format);
    expect(tensor.dims).toEqual([1, 16, 16, 3]);
    const data = tensor.data as Float32Array;
    // Means are of the channels in the network's order.
    expect([...data.subarray(0, 3)]).toEqual([30 - 1, (20 - 2) / 2, (10 - 3) / 4]);
  });

  it('scales the template with the input', () => {
    expect(resolveFormat({ inputSize: 224 }).template[0][0]).toBeCloseTo(2 * ARCFACE_TEMPLATE[0][0], 9);
  });
});
