import { describe, shapeError, type Sym } from '../sym.ts';
import { cos, mul, sin } from './elementwise.ts';
import { concat, reshape } from './shape.ts';
import { constant } from './source.ts';

function checkWidth(op: string, width: number): void {
  if (!Number.isInteger(width) || width < 2 || width % 2 !== 0)
    throw shapeError(op, 'an even width', String(width), 'Each frequency has a sine and a cosine.');
}

/** Vaswani et al. 2017: [length, width], sin(t f) in even columns and cos(t f) in odd ones, f = 10000^(-2 i / width). */
export function sinusoidalPositions(length: number, width: number): Sym {
  checkWidth('sinusoidalPositions', width);
  const data = new Float32Array(length * width);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < width; i += 2) {
      const angle = t * 10000 ** (-i / width);
      data[t * width + i] = Math.sin(angle);
      data[t * width + i + 1] = Math.cos(angle);
    }
  }
  return constant(data, [length, width]);
}

/** Times [B] (steps of a diffusion, fractions of a video) as [B, width]: width / 2 cosines, then as many sines, of periods 2 pi .. 2 pi maxPeriod. */
export function timeEmbedding(times: Sym, width: number, options: { readonly maxPeriod?: number } = {}): Sym {
  checkWidth('timeEmbedding', width);
  const [batch] = times.shape;
  if (times.shape.length !== 1 || times.dtype !== 'float32')
    throw shapeError('timeEmbedding', 'float32 [B]', describe(times), "Convert whole steps with cast(t, 'float32').");
  const half = width / 2;
  const { maxPeriod = 10000 } = options;
  const frequencies = Float32Array.from({ length: half }, (_, i) => maxPeriod ** (-i / half));
  const angles = mul(reshape(times, [batch!, 1]), constant(frequencies, [half]));
  return concat([cos(angles), sin(angles)], 1);
}
