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

/** Spectra of D maps [D, height, width], into `out` if given. */
export function transformMaps(
  maps: Float32Array | Float64Array,
  channels: number,
  fft: Fft2,
  out: Spectra = emptySpectra(channels, fft),
): Spectra {
  const size = fft.width * fft.height;
  const length = fft.height * fft.columns;
  for (let d = 0; d < channels; d += 2) {
    const own = maps.subarray(d * size, (d + 1) * size);
    if (d + 1 < channels) {
      fft.forward(own, maps.subarray((d + 1) * size, (d + 2) * size), [planeOf(out, d, length), planeOf(out, d + 1, length)]);
    } else {
      const [{ re, im }] = fft.forward(own);
      out.re.set(re, d * length);
      out.im.set(im, d * length);
    }
  }
  return out;
}

/** Maps [D, height, width] of D spectra, into `out` if given. */
export function invertSpectra(
  spectra: Spectra,
  fft: Fft2,
  out: Float64Array = new Float64Array(spectra.channels * fft.width * fft.height),
): Float64Array {
  const size = fft.width * fft.height;
  const length = fft.height * fft.columns;
  for (let d = 0; d < spectra.channels; d += 2) {
    const own = planeOf(spectra, d, length);
    const map = out.subarray(d * size, (d + 1) * size);
    if (d + 1 < spectra.channels) {
      fft.inverse(own, planeOf(spectra, d + 1, length), [map, out.subarray((d + 1) * size, (d + 2) * size)]);
    } else {
      map.set(fft.inverse(own)[0]);
    }
  }
  return out;
}

/** Sum over channels of a_d b_d: the spectrum of a filter's response to features. */
export function response(a: Spectra, b: Spectra): Spectrum {
  const [aRe, aIm, bRe, bIm] = [a.re, a.im, b.re, b.im];
  const length = aRe.length / a.channels;
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let d = 0; d < a.channels; d++) {
    for (let u = 0, p = d * length; u < length; u++, p++) {
      const ar = aRe[p]!;
      const ai = aIm[p]!;
      const br = bRe[p]!;
      const bi = bIm[p]!;
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
