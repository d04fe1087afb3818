import * as nn from '../../src/index.ts';
import type { Complex, FourierOptions, Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

const parts = ({ re, im }: Complex): Sym => nn.concat([re, im], -1);
const given = (re: Sym, im: Sym | undefined): Sym | Complex => (im === undefined ? re : nn.complex(re, im));

/** Builders of `fixtures/fourier.py`. */
export const fourier = {
  fft: (o: FourierOptions, re: Sym, im?: Sym) => parts(nn.fft(given(re, im), o)),
  ifft: (o: FourierOptions, re: Sym, im?: Sym) => parts(nn.ifft(given(re, im), o)),
  fft2: (o: FourierOptions, re: Sym, im?: Sym) => parts(nn.fft2(given(re, im), o)),
  ifft2: (o: FourierOptions, re: Sym, im?: Sym) => parts(nn.ifft2(given(re, im), o)),
  rfft2: (o: FourierOptions, x: Sym) => parts(nn.rfft2(x, o)),
  irfft2: (o: FourierOptions & { width: number }, re: Sym, im: Sym) => nn.irfft2(nn.complex(re, im), o),
  fftShift: (a: { axes?: number[] }, x: Sym) => nn.fftShift(x, a.axes),
  ifftShift: (a: { axes?: number[] }, x: Sym) => nn.ifftShift(x, a.axes),
  circularConvolution: (_: object, a: Sym, b: Sym) => nn.circularConvolution(a, b),
  circularCorrelation: (_: object, a: Sym, b: Sym) => nn.circularCorrelation(a, b),
  complexMul: (_: object, a: Sym, b: Sym, c: Sym, d: Sym) => parts(nn.complexMul(nn.complex(a, b), nn.complex(c, d))),
  complexDiv: (_: object, a: Sym, b: Sym, c: Sym, d: Sym) => parts(nn.complexDiv(nn.complex(a, b), nn.complex(c, d))),
  complexAbs: (_: object, a: Sym, b: Sym) => nn.complexAbs(nn.complex(a, b)),
  logSpectrum: (_: object, x: Sym) => nn.log(nn.add(nn.complexAbs(nn.fft2(x)), 1)),
} satisfies Builders;
