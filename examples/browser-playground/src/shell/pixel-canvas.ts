import type { Image } from '@verilens/core';
import { h } from './dom.ts';

/** A small picture as an element. */
export function pixelCanvas({ data, width, height }: Image, label: string): HTMLCanvasElement {
  const canvas = h('canvas', { width, height, role: 'img', 'aria-label': label });
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas;
}

/** The same from a bitmap, which is closed. */
export function bitmapCanvas(bitmap: ImageBitmap, label: string): HTMLCanvasElement {
  const canvas = h('canvas', { width: bitmap.width, height: bitmap.height, role: 'img', 'aria-label': label });
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}
