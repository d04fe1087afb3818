import { describe, expect, it } from 'vitest';
import { createFft2, type Spectrum } from '../src/index.ts';

const picture = (size: number, seed: number): Float64Array =>
  Float64Array.from(
    { length: size },
    (_, i) => Math.sin(1 + i * seed * 12.9898) * 43758.5453 - Math.floor(Math.sin(1 + i * seed * 12.9898) * 43758.5453),
  );

/** The definition: sum over the picture of p exp(-2 pi i (u x / w + v y / h)). */
function definition(p: Float64Array, height: number, width: number): Spectrum {
  const columns = (width >> 1) + 1;
  const re = new Float64Array(height * columns);
  const im = new Float64Array(height * columns);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < columns; u++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const angle = -2 * Math.PI * ((u * x) / width + (v * y) / height);
          re[v * columns + u]! += p[y * width + x]! * Math.cos(angle);
          im[v * columns + u]! += p[y * width + x]! * Math.sin(angle);
        }
      }
    }
  }
  return { re, im };
}

const far = (a: Float64Array, b: Float64Array): number => a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!)), 0);

describe.each([
  [1, 1],
  [1, 7],
  [2, 3],
  [8, 8],
  [5, 12],
  [15, 10],
  [16, 11],
  [14, 26],
])('a %i x %i picture', (height, width) => {
  const fft = createFft2(height, width);
  const [a, b] = [picture(height * width, 1), picture(height * width, 2)];

  it('has the spectrum of the definition, two at once or one alone', () => {
    const [fa, fb] = fft.forward(a, b);
    const [alone] = fft.forward(b);
    for (const [got, p] of [
      [fa, a],
      [fb, b],
      [alone, b],
    ] as const) {
      const wanted = definition(p, height, width);
      expect(far(got.re, wanted.re)).toBeLessThan(1e-10);
      expect(far(got.im, wanted.im)).toBeLessThan(1e-10);
    }
  });

  it('comes back from its spectrum', () => {
    const [fa, fb] = fft.forward(a, b);
    const [backA, backB] = fft.inverse(fa, fb);
    expect(far(backA, a)).toBeLessThan(1e-12);
    expect(far(backB, b)).toBeLessThan(1e-12);
    expect(far(fft.inverse(fb)[0], b)).toBeLessThan(1e-12);
  });

  it('writes where it is told, over what was there', () => {
    const [fa, fb] = fft.forward(a, b);
    const spectrum = (): Spectrum => ({ re: new Float64Array(fa.re.length).fill(9), im: new Float64Array(fa.re.length).fill(9) });
    const to = [spectrum(), spectrum()] as const;
    expect(fft.forward(a, b, to)).toBe(to);
    expect(to).toEqual([fa, fb]);
    const back = [new Float64Array(a.length).fill(9), new Float64Array(a.length).fill(9)] as const;
    fft.inverse(fa, fb, back);
    expect(far(back[0], a) + far(back[1], b)).toBeLessThan(2e-12);
  });
});

it('refuses sizes it cannot plan', () => {
  expect(() => createFft2(0, 4)).toThrow(/0 x 4/);
  expect(() => createFft2(2.5)).toThrow(/whole numbers/);
});
