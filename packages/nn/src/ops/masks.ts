import { describe, shapeError, type Sym } from '../sym.ts';
import { mul, sub } from './elementwise.ts';
import { reshape } from './shape.ts';
import { constant } from './source.ts';

/** Added to the score of a hidden key: its weight becomes 0 in float32. */
const HIDDEN = -1e9;

/** Mask for `attention`, [1, 1, T, S]: query t sees keys up to t + S - T, so the last query sees all. S defaults to T. */
export function causalMask(length: number, keys: number = length): Sym {
  const data = new Float32Array(length * keys);
  for (let t = 0; t < length; t++) for (let s = 0; s < keys; s++) data[t * keys + s] = s <= t + keys - length ? 0 : HIDDEN;
  return constant(data, [1, 1, length, keys]);
}

/** Mask for `attention`, [B, 1, 1, S], from float32 [B, S]: 1 keeps a key, 0 hides it. Every sample must keep one. */
export function keyMask(keep: Sym): Sym {
  const [batch, keys] = keep.shape;
  if (keep.shape.length !== 2 || keep.dtype !== 'float32')
    throw shapeError('keyMask', 'float32 [B, S] of ones and zeros', describe(keep), "Convert with cast(keep, 'float32').");
  return reshape(mul(sub(1, keep), HIDDEN), [batch!, 1, 1, keys!]);
}
