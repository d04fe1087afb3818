import { type Affine, type Box, type Face, type Image, type Point, Tensor } from '@verilens/core';
import { type Anchors, cutAligned } from '@verilens/faces';
import { toTensor } from '@verilens/vision';
import type { ResolvedFormat } from './format.ts';
import type { LoadedModels } from './models.ts';

/** Five points of the 68 landmarks: means of the eyelids, the nose's tip, corners of outer and inner lips. */
export async function landmarkAnchors(
  image: Image,
  face: Face,
  session: NonNullable<LoadedModels['landmarks']>,
  format: ResolvedFormat,
  signal?: AbortSignal,
): Promise<Anchors> {
  const box = squareBox(face);
  const transform: Affine = [
    64 / box.width,
    0,
    (0.5 - box.x) * (64 / box.width) - 0.5,
    0,
    64 / box.height,
    (0.5 - box.y) * (64 / box.height) - 0.5,
  ];
  const cut = cutAligned(image, transform, 64);
  const grey = Float32Array.from({ length: 64 * 64 }, (_, pixel) => {
    const [r, g, b] = cut.data.subarray(pixel * 4, pixel * 4 + 3);
    return (0.299 * r! + 0.587 * g! + 0.114 * b!) / 256;
  });
  const answer = await session.run({ [session.inputs[0]!.name]: new Tensor('float32', grey, [1, 1, 64, 64]) }, { signal });
  const values = answer[session.outputs[0]!.name]!.data as Float32Array;
  const point = (...numbers: readonly number[]): Point => [
    box.x + (box.width * numbers.reduce((sum, n) => sum + values[2 * n]!, 0)) / numbers.length - 0.5,
    box.y + (box.height * numbers.reduce((sum, n) => sum + values[2 * n + 1]!, 0)) / numbers.length - 0.5,
  ];
  return { from: [point(37, 38, 40, 41), point(43, 44, 46, 47), point(30), point(48, 60), point(54, 64)], to: format.template };
}

/** The square the landmark network was made for: the face from brow to chin, a little larger than BlazeFace's box. */
function squareBox({ box }: Face): Box {
  const side = 1.2 * Math.max(box.width, box.height);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return { x: x - side / 2, y: y - side / 2, width: side, height: side };
}

/** [1, 3, S, S] or [1, S, S, 3], by the format's order, mean and deviation. */
export function inputTensor(face: Image, format: ResolvedFormat): Tensor {
  const { inputSize: size, mean, std, order, layout } = format;
  const values = toTensor(face, new Float32Array(3 * size * size), 0, {
    divide: 1,
    mean,
    std,
    order,
    layout: layout === 'nchw' ? 'chw' : 'hwc',
  });
  return new Tensor('float32', values, layout === 'nchw' ? [1, 3, size, size] : [1, size, size, 3]);
}
