import type { Image } from '@verilens/core';
import { resizeArea } from '@verilens/vision';

/** Scales at which pieces are looked at: the file's own pixels, half, a quarter. */
const SCALES = [1, 2, 4] as const;

/** The four quarters of a picture at three scales: twelve pictures to judge where there is only one. Too small ones are left out. */
export function quarters(image: Image): Image[] {
  const [width, height] = [image.width >> 1, image.height >> 1];
  return [0, 1, 2, 3].flatMap((i) => {
    const piece = cut(image, (i % 2) * width, (i >> 1) * height, width, height);
    return SCALES.flatMap((scale) => {
      const [w, h] = [Math.floor(width / scale), Math.floor(height / scale)];
      if (Math.min(w, h) < 64) return [];
      return [scale === 1 ? piece : resizeArea(piece, w, h)];
    });
  });
}

/** A piece of a picture that lies within it. */
export function cut({ data, width: stride }: Image, left: number, top: number, width: number, height: number): Image {
  const out = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * stride + left) * 4;
    out.set(data.subarray(from, from + width * 4), y * width * 4);
  }
  return { data: out, width, height };
}
