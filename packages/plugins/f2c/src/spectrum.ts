import { createFft2, type Fft2 } from '@verilens/vision';

/** Mean log10 power by radial frequency. */
export interface RadialSpectrum {
  /** Middles of the rings, cycles per pixel, up to 0.5. */
  readonly frequency: readonly number[];
  readonly logPower: readonly number[];
}

/** Rings between 0 and 0.5 cycles per pixel; those without a place in a small tile are left out. */
const RINGS = 16;

/**
 * Mean over tiles of the log power of each ring, of the luminance. A Hann window keeps the jump between opposite borders of a tile
 * from filling the high frequencies.
 *
 * @param tiles [N, 3, S, S], 0..1
 */
export function radialSpectrum(tiles: Float32Array, size: number): RadialSpectrum {
  const each = 3 * size * size;
  const count = tiles.length / each;
  const fft = createFft2(size);
  const ring = ringOf(fft);
  const hann = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size));
  const sums = new Float64Array(RINGS);
  const members = new Float64Array(RINGS);
  for (const at of ring) if (at >= 0) members[at]!++;
  const area = size * size;
  const grey = new Float64Array(area);
  for (let n = 0; n < count; n++) {
    let mean = 0;
    for (let k = 0; k < area; k++) {
      const at = n * each + k;
      grey[k] = 255 * (0.2126 * tiles[at]! + 0.7152 * tiles[at + area]! + 0.0722 * tiles[at + 2 * area]!);
      mean += grey[k]! / area;
    }
    for (let k = 0; k < area; k++) grey[k] = (grey[k]! - mean) * hann[k % size]! * hann[Math.floor(k / size)]!;
    const [{ re, im }] = fft.forward(grey);
    const power = new Float64Array(RINGS);
    for (let k = 0; k < ring.length; k++) if (ring[k]! >= 0) power[ring[k]!]! += re[k]! ** 2 + im[k]! ** 2;
    // the power of a picture rounded to bytes is never nothing
    for (let r = 0; r < RINGS; r++) sums[r]! += Math.log10(power[r]! / Math.max(1, members[r]!) / area + 1e-6);
  }
  const filled = Array.from({ length: RINGS }, (_, r) => r).filter((r) => members[r]! > 0);
  return {
    frequency: filled.map((r) => ((r + 0.5) * 0.5) / RINGS),
    logPower: filled.map((r) => sums[r]! / Math.max(1, count)),
  };
}

/** Ring of each place of half a spectrum, -1 beyond 0.5 cycles per pixel. */
function ringOf({ width, height, columns }: Fft2): Int32Array {
  return Int32Array.from({ length: height * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const radius = Math.hypot((row <= height / 2 ? row : row - height) / height, column / width);
    return radius > 0 && radius < 0.5 ? Math.floor((radius / 0.5) * RINGS) : -1;
  });
}
