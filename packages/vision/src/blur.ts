import { VerilensError, type Image } from '@verilens/core';
import { checkImage, createImage, createPlane, type Plane } from './image.ts';

/** Normalised samples of a Gaussian, `2 * radius + 1` long. Radius default: 3 sigma, rounded up. */
export function gaussianKernel(sigma: number, radius: number = Math.ceil(3 * sigma)): Float32Array {
  if (!(sigma > 0 && Number.isFinite(sigma)))
    throw new VerilensError('BAD_OPTION', 'sigma must be positive', { place: 'vision.gaussianKernel', got: `${sigma}` });
  const kernel = new Float32Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += kernel[i + radius] = Math.exp((-i * i) / (2 * sigma * sigma));
  for (let i = 0; i < kernel.length; i++) kernel[i]! /= sum;
  return kernel;
}

/** Separable Gaussian blur of every channel, alpha too. Beyond the border, the border pixel. sigma in pixels; 0 copies. */
export function gaussianBlur(image: Image, sigma: number): Image {
  checkImage(image, 'vision.gaussianBlur');
  const out = createImage(image.width, image.height);
  const source = Float32Array.from(image.data);
  const blurred = sigma === 0 ? source : blurChannels(source, image.width, image.height, 4, gaussianKernel(sigma));
  for (let i = 0; i < blurred.length; i++) out.data[i] = (blurred[i]! + 0.5) | 0;
  return out;
}

export function gaussianBlurPlane(plane: Plane, sigma: number): Plane {
  if (sigma === 0) return { ...plane, data: plane.data.slice() };
  return { ...plane, data: blurChannels(plane.data, plane.width, plane.height, 1, gaussianKernel(sigma)) };
}

/**
 * Correlates interleaved float channels with one symmetric kernel along both axes; border values repeated.
 * data: length = width * height * channels.
 */
export function blurChannels(data: Float32Array, width: number, height: number, channels: number, kernel: Float32Array): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const row = width * channels;
  const middle = new Float32Array(data.length);
  const padded = new Float32Array((width + 2 * radius) * channels);
  for (let y = 0; y < height; y++) {
    const start = y * row;
    padded.set(data.subarray(start, start + row), radius * channels);
    for (let i = 0; i < radius * channels; i++) {
      padded[i] = data[start + (i % channels)]!;
      padded[padded.length - 1 - i] = data[start + row - 1 - (i % channels)]!;
    }
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0, p = i; k < kernel.length; k++, p += channels) sum += padded[p]! * kernel[k]!;
      middle[start + i] = sum;
    }
  }
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const o = y * row;
    for (let k = 0; k < kernel.length; k++) {
      const p = Math.min(height - 1, Math.max(0, y + k - radius)) * row;
      const weight = kernel[k]!;
      for (let i = 0; i < row; i++) out[o + i]! += middle[p + i]! * weight;
    }
  }
  return out;
}

/** Mean over a (2 * radius + 1) square, border values repeated; the time does not depend on the radius. */
export function boxBlurPlane(plane: Plane, radius: number): Plane {
  if (!(Number.isInteger(radius) && radius >= 0))
    throw new VerilensError('BAD_OPTION', 'radius must be a whole number from 0', { place: 'vision.boxBlur', got: `${radius}` });
  const { width, height } = plane;
  const middle = createPlane(width, height);
  const out = createPlane(width, height);
  for (let y = 0; y < height; y++) slide(plane.data, middle.data, y * width, 1, width, radius);
  for (let x = 0; x < width; x++) slide(middle.data, out.data, x, width, height, radius);
  return out;
}

/** `boxBlurPlane` on every channel. */
export function boxBlur(image: Image, radius: number): Image {
  checkImage(image, 'vision.boxBlur');
  const { width, height } = image;
  const out = createImage(width, height);
  const plane = createPlane(width, height);
  for (let k = 0; k < 4; k++) {
    for (let i = 0, p = k; i < plane.data.length; i++, p += 4) plane.data[i] = image.data[p]!;
    const blurred = boxBlurPlane(plane, radius).data;
    for (let i = 0, p = k; i < blurred.length; i++, p += 4) out.data[p] = (blurred[i]! + 0.5) | 0;
  }
  return out;
}

/** Running mean over one line. The sum is kept in double precision: adding and taking away floats would drift. */
function slide(from: Float32Array, to: Float32Array, start: number, step: number, count: number, radius: number): void {
  const at = (i: number): number => from[start + (i < 0 ? 0 : i >= count ? count - 1 : i) * step]!;
  const size = 2 * radius + 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += at(i);
  for (let i = 0; i < count; i++) {
    to[start + i * step] = sum / size;
    sum += at(i + radius + 1) - at(i - radius);
  }
}
