import type { Image } from '@verilens/core';

/**
 * RGBA -> 4:2:0 planes Y, Cb, Cr in BT.601 limited range, chroma averaged over 2 x 2 pixels (borders repeated).
 * Done here because the Node encoder's own conversion is 3 grey levels off and labels the video as RGB.
 */
export function rgbaToI420({ data, width, height }: Image, out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const cw = (width + 1) >> 1;
  const ch = (height + 1) >> 1;
  const size = width * height + 2 * cw * ch;
  const target = out?.length === size ? out : new Uint8Array(size);
  for (let i = 0, p = 0; i < width * height; i++, p += 4) {
    // 16 + 219 * luma, weights with 16 fractional bits: 0.299, 0.587, 0.114 times 219 / 255
    target[i] = (16829 * data[p]! + 33039 * data[p + 1]! + 6416 * data[p + 2]! + (16 << 16) + 32768) >> 16;
  }
  let u = width * height;
  let v = u + cw * ch;
  for (let y = 0; y < height; y += 2) {
    const below = y + 1 < height ? width * 4 : 0;
    for (let x = 0; x < width; x += 2, u++, v++) {
      const p = (y * width + x) * 4;
      const right = x + 1 < width ? 4 : 0;
      const q = p + below;
      const r = data[p]! + data[p + right]! + data[q]! + data[q + right]!;
      const g = data[p + 1]! + data[p + 1 + right]! + data[q + 1]! + data[q + 1 + right]!;
      const b = data[p + 2]! + data[p + 2 + right]! + data[q + 2]! + data[q + 2 + right]!;
      // 128 + 224 / 255 * (-0.1687, -0.3313, 0.5) and (0.5, -0.4187, -0.0813), over sums of four pixels
      target[u] = (-9714 * r - 19071 * g + 28785 * b + (128 << 18) + 131072) >> 18;
      target[v] = (28785 * r - 24104 * g - 4681 * b + (128 << 18) + 131072) >> 18;
    }
  }
  return target;
}
