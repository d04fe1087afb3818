import { describe, normalAxis, shapeError, showShape, type Sym } from '../sym.ts';
import { concat, expand, flip, reshape, slice, unsqueeze } from './shape.ts';

/** Moves elements `shift` places up one axis; those pushed over the end come in again at the start. */
export function roll(x: Sym, shift: number, axis: number): Sym {
  const at = normalAxis('roll', axis, x.shape.length);
  const size = x.shape[at]!;
  if (!Number.isInteger(shift)) throw shapeError('roll', 'a whole number of places', String(shift), 'Round it first.');
  const by = ((shift % size) + size) % size;
  if (by === 0) return x;
  return concat([slice(x, { axis: at, start: size - by }), slice(x, { axis: at, end: size - by })], at);
}

/** The whole tensor side by side, repeats[i] times along axis i. */
export function tile(x: Sym, repeats: readonly number[]): Sym {
  if (repeats.length !== x.shape.length || repeats.some((n) => !Number.isInteger(n) || n < 1)) {
    throw shapeError('tile', `${x.shape.length} whole numbers >= 1 for ${describe(x)}`, showShape(repeats), 'Give one number per axis.');
  }
  const apart = x.shape.flatMap((n, i) => (repeats[i] === 1 ? [n] : [1, n]));
  const full = x.shape.flatMap((n, i) => (repeats[i] === 1 ? [n] : [repeats[i]!, n]));
  return reshape(
    expand(reshape(x, apart), full),
    x.shape.map((n, i) => n * repeats[i]!),
  );
}

/** Each element `count` times in a row along one axis. */
export function repeat(x: Sym, count: number, axis: number): Sym {
  const at = normalAxis('repeat', axis, x.shape.length);
  if (!Number.isInteger(count) || count < 1) throw shapeError('repeat', 'a count >= 1', String(count), 'Use slice to drop elements.');
  const before = x.shape.slice(0, at + 1);
  const after = x.shape.slice(at + 1);
  const wide = expand(unsqueeze(x, at + 1), [...before, count, ...after]);
  return reshape(wide, [...x.shape.slice(0, at), x.shape[at]! * count, ...after]);
}

/**
 * What lies outside the tensor: `reflect` mirrors it without its border (dcb|abcd|cba), `replicate` continues the
 * border (aaa|abcd|ddd), `circular` begins again at the other side (bcd|abcd|abc).
 */
export type PadMode = 'reflect' | 'replicate' | 'circular';

/** Adds before[i] and after[i] elements on axis i, taken from the tensor itself. For a fixed value use `pad`. */
export function padFrom(x: Sym, before: readonly number[], after: readonly number[], mode: PadMode): Sym {
  const rank = x.shape.length;
  const limit = (n: number): number => (mode === 'reflect' ? n - 1 : mode === 'circular' ? n : Infinity);
  const fits = (sizes: readonly number[]): boolean =>
    sizes.length === rank && sizes.every((p, i) => Number.isInteger(p) && p >= 0 && p <= limit(x.shape[i]!));
  if (!fits(before) || !fits(after)) {
    throw shapeError(
      'padFrom',
      `${rank} whole numbers >= 0 before and after${mode === 'replicate' ? '' : `, ${mode === 'reflect' ? 'below' : 'at most'} the sizes of ${describe(x)}`}`,
      `${showShape(before)} and ${showShape(after)}`,
      mode === 'replicate' ? 'Give one number per axis.' : 'Pad less, or use mode replicate.',
    );
  }
  return x.shape.reduce((y, _, axis) => padAxis(y, axis, before[axis]!, after[axis]!, mode), x);
}

function padAxis(x: Sym, axis: number, before: number, after: number, mode: PadMode): Sym {
  const size = x.shape[axis]!;
  const part = (start: number, end: number): Sym => slice(x, { axis, start, end });
  const side = (count: number, make: () => Sym): Sym[] => (count === 0 ? [] : [make()]);
  const edge = (start: number, count: number): Sym =>
    expand(
      part(start, start + 1),
      x.shape.map((n, i) => (i === axis ? count : n)),
    );
  const [left, right] = {
    reflect: [() => flip(part(1, before + 1), axis), () => flip(part(size - 1 - after, size - 1), axis)] as const,
    replicate: [() => edge(0, before), () => edge(size - 1, after)] as const,
    circular: [() => part(size - before, size), () => part(0, after)] as const,
  }[mode];
  return concat([...side(before, left), x, ...side(after, right)], axis);
}
