import type { Fft2, Spectrum } from '@verilens/vision';

/** Spectrum of the wanted response: a Gaussian of height 1 whose peak lies (dx, dy) cells from the origin, wrapped around. */
export function gaussianLabel(fft: Fft2, sigma: number, dx = 0, dy = 0): Spectrum {
  return fft.forward(gaussian(fft.width, fft.height, sigma, dx, dy))[0];
}

/** The same as a map [height, width]. */
export function gaussian(width: number, height: number, sigma: number, dx = 0, dy = 0): Float64Array {
  const wrapped = (d: number, n: number): number => d - n * Math.round(d / n);
  return Float64Array.from({ length: width * height }, (_, i) => {
    const x = wrapped((i % width) - dx, width);
    const y = wrapped(Math.floor(i / width) - dy, height);
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
}

/** Cosine window [size, size], zero at the border's outer edge. */
export function cosineWindow(size: number): Float64Array {
  const row = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size));
  return Float64Array.from({ length: size * size }, (_, i) => row[i % size]! * row[Math.floor(i / size)]!);
}
