import { createFft2, type Fft2 } from '@verilens/vision';
import type { F2cConfig } from './config.ts';
import { weightsOf } from './weight.ts';

/** The same filter by a fast transform in double precision, outside any graph: one channel [S, S] in, one out. */
export function referenceFilter(
  config: Pick<F2cConfig, 'view' | 'unit' | 'tau'>,
  size: number,
): (plane: ArrayLike<number>) => Float64Array {
  const fft: Fft2 = createFft2(size);
  const radii = Float64Array.from({ length: size * fft.columns }, (_, i) => {
    const [row, column] = [Math.floor(i / fft.columns), i % fft.columns];
    return Math.hypot((row <= size / 2 ? row : row - size) / size, column / size);
  });
  const weights = weightsOf(config, radii);
  return (plane) => {
    const [spectrum] = fft.forward(plane);
    const re = spectrum.re.map((value, i) => value * weights[i]!);
    const im = spectrum.im.map((value, i) => value * weights[i]!);
    return fft.inverse({ re, im })[0];
  };
}
