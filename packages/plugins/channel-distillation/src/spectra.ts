import type { Fft2, Spectrum } from '@verilens/vision';

/** Half spectra of D maps, plane after plane: re and im are [D, height * columns]. */
export interface Spectra {
  readonly channels: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function emptySpectra(channels: number, fft: Fft2): Spectra {
  const length = channels * fft.height * fft.columns;
  return { channels, re: new Float64Array(length), im: new Float64Array(length) };
}

/** The planes of `channels` consecutive channels from `first` on, sharing memory. */
export function planeOf({ re, im }: Spectra, channel: number, length: number): Spectrum {
  return { re: re.subarray(channel * length, (channel + 1) * length), im: im.subarray(channel * length, (channel + 1) * length) };
}

/** Spectra of D maps [D, height, width]. */
export function transformMaps(
  maps: ArrayLike<number> & { subarray(a: number, b: number): ArrayLike<number> },
  channels: number,
  fft: Fft2,
): Spectra {
  const size = fft.width * fft.height;
  const length = fft.height * fft.columns;
  const out = emptySpectra(channels, fft);
  for (let d = 0; d < channels; d += 2) {
    const second = d + 1 < channels ? maps.subarray((d + 1) * size, (d + 2) * size) : undefined;
    const [a, b] = fft.forward(maps.subarray(d * size, (d + 1) * size), second);
    out.re.set(a.re, d * length);
    out.im.set(a.im, d * length);
    if (second === undefined) continue;
    out.re.set(b.re, (d + 1) * length);
    out.im.set(b.im, (d + 1) * length);
  }
  return out;
}

/** Maps [D, height, width] of D spectra. */
export function invertSpectra(spectra: Spectra, fft: Fft2): Float64Array {
  const size = fft.width * fft.height;
  const length = fft.height * fft.columns;
  const out = new Float64Array(spectra.channels * size);
  for (let d = 0; d < spectra.channels; d += 2) {
    const [a, b] = fft.inverse(planeOf(spectra, d, length), d + 1 < spectra.channels ? planeOf(spectra, d + 1, length) : undefined);
    out.set(a, d * size);
    if (d + 1 < spectra.channels) out.set(b, (d + 1) * size);
  }
  return out;
}

/** Sum over channels of a_d b_d: the spectrum of a filter's response to features. */
export function response(a: Spectra, b: Spectra): Spectrum {
  const length = a.re.length / a.channels;
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let d = 0; d < a.channels; d++) {
    const from = d * length;
    for (let u = 0; u < length; u++) {
      const [ar, ai, br, bi] = [a.re[from + u]!, a.im[from + u]!, b.re[from + u]!, b.im[from + u]!];
      re[u]! += ar * br - ai * bi;
      im[u]! += ar * bi + ai * br;
    }
  }
  return { re, im };
}

/** Only the channels at places `keep`. */
export function selectChannels(spectra: Spectra, keep: readonly number[]): Spectra {
  const length = spectra.re.length / spectra.channels;
  const re = new Float64Array(keep.length * length);
  const im = new Float64Array(keep.length * length);
  keep.forEach((channel, k) => {
    re.set(spectra.re.subarray(channel * length, (channel + 1) * length), k * length);
    im.set(spectra.im.subarray(channel * length, (channel + 1) * length), k * length);
  });
  return { channels: keep.length, re, im };
}

/** The maps moved by (dx, dy) pixels, circularly: multiplied by a phase. Whole moves are exact. */
export function shiftSpectra(spectra: Spectra, dx: number, dy: number, { width, height, columns }: Fft2): Spectra {
  const length = height * columns;
  const re = new Float64Array(spectra.re.length);
  const im = new Float64Array(spectra.im.length);
  const phase = (k: number): readonly [number, number] => [Math.cos(-2 * Math.PI * k), Math.sin(-2 * Math.PI * k)];
  const across = Array.from({ length: columns }, (_, u) => phase((u * dx) / width));
  for (let v = 0; v < height; v++) {
    const [downCos, downSin] = phase(((v <= height / 2 ? v : v - height) * dy) / height);
    for (let u = 0; u < columns; u++) {
      const [cos, sin] = across[u]!;
      const c = cos * downCos - sin * downSin;
      const s = sin * downCos + cos * downSin;
      for (let at = v * columns + u; at < re.length; at += length) {
        re[at] = spectra.re[at]! * c - spectra.im[at]! * s;
        im[at] = spectra.re[at]! * s + spectra.im[at]! * c;
      }
    }
  }
  return { channels: spectra.channels, re, im };
}
