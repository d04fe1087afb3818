import type { Box, Image } from '@verilens/core';
import type { TruthMask } from '@verilens/metrics';
import { onnxBytes } from './onnx-bytes.ts';

/** Side of the pictures that `colourPatchModel` looks at, in pixels. */
export const PATCH_PICTURE = 32;
/** Its classes. */
export const PATCH_LABELS: readonly string[] = ['red', 'green', 'blue'];

/**
 * The bytes of a small convolutional network made by hand, whose truth is known: how much saturated red, green and blue is in a
 * picture, wherever it is, `logits [N, 3]` of `picture [N, 3, 32, 32]`, RGB 0..1. Two convolutions (`/blur`, `/colours`), a rectifier that
 * grey does not pass, the mean.
 */
export function colourPatchModel(options: { readonly batch?: number; readonly scale?: number } = {}): Uint8Array {
  const { batch = 'N', scale = 20 } = options;
  const pair = (a: number, b: number): number => Number(a === b);
  const blur = Array.from({ length: 81 }, (_, k) => pair(Math.floor(k / 27), Math.floor(k / 9) % 3) / 9);
  const colours = Array.from({ length: 9 }, (_, k) => (pair(Math.floor(k / 3), k % 3) === 1 ? 1 : -0.5));
  return onnxBytes({
    inputs: [{ name: 'picture', dtype: 'float32', shape: [batch, 3, PATCH_PICTURE, PATCH_PICTURE] }],
    initializers: [
      { name: 'blur.w', dtype: 'float32', shape: [3, 3, 3, 3], values: blur },
      { name: 'colours.w', dtype: 'float32', shape: [3, 3, 1, 1], values: colours },
      { name: 'colours.b', dtype: 'float32', shape: [3], values: [-0.2, -0.2, -0.2] },
      { name: 'scale', dtype: 'float32', shape: [1], values: [scale] },
    ],
    nodes: [
      { op: 'Conv', inputs: ['picture', 'blur.w'], outputs: ['/blur'], attributes: [{ name: 'pads', ints: [1, 1, 1, 1] }] },
      { op: 'Conv', inputs: ['/blur', 'colours.w', 'colours.b'], outputs: ['/colours'] },
      { op: 'Relu', inputs: ['/colours'], outputs: ['/seen'] },
      { op: 'GlobalAveragePool', inputs: ['/seen'], outputs: ['/mean'] },
      { op: 'Flatten', inputs: ['/mean'], outputs: ['/flat'], attributes: [{ name: 'axis', int: 1 }] },
      { op: 'Mul', inputs: ['/flat', 'scale'], outputs: ['logits'] },
    ],
    outputs: [{ name: 'logits', dtype: 'float32', shape: [batch, 3] }],
  });
}

/** A picture of grey noise with a red patch in its upper left and a blue one in its lower right, and where they are. */
export function colourPatches(seed: number): { readonly image: Image; readonly red: TruthMask; readonly blue: TruthMask } {
  let state = (seed + 1) >>> 0;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const data = new Uint8ClampedArray(PATCH_PICTURE * PATCH_PICTURE * 4);
  for (let p = 0; p < data.length; p += 4) {
    const level = 96 + draw(64);
    data.set([level + draw(20), level + draw(20), level + draw(20), 255], p);
  }
  const paint = (box: Box, colour: readonly [number, number, number]): TruthMask => {
    const values = new Uint8Array(PATCH_PICTURE * PATCH_PICTURE);
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) {
        data.set(colour, (y * PATCH_PICTURE + x) * 4);
        values[y * PATCH_PICTURE + x] = 1;
      }
    }
    return { rows: PATCH_PICTURE, columns: PATCH_PICTURE, values };
  };
  const red = paint({ x: 2 + draw(6), y: 2 + draw(6), width: 8, height: 8 }, [220, 30, 30]);
  const blue = paint({ x: 17 + draw(6), y: 17 + draw(6), width: 8, height: 8 }, [30, 30, 220]);
  return { image: { data, width: PATCH_PICTURE, height: PATCH_PICTURE }, red, blue };
}
