import { broadcastShapes, describe, make, normalAxis, sameShape, shapeError, showShape, sizeOf, type Rule, type Sym } from '../sym.ts';
import { addAll } from './elementwise.ts';
import { sumTo } from './reduce.ts';

type ShapeOp = 'reshape' | 'transpose' | 'expand' | 'concat' | 'slice' | 'split' | 'pad' | 'flip';

const allZero = (values: readonly number[]): boolean => values.every((v) => v === 0);

export const shapeRules: { [O in ShapeOp]: Rule<O> } = {
  reshape: {
    shape: ([x], { shape }) => {
      if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
        throw shapeError(
          'reshape',
          `a shape of ${sizeOf(x.shape)} elements for ${describe(x)}`,
          showShape(shape),
          'The product of the sizes must stay the same.',
        );
      }
      return { shape, dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x] }) => [reshape(dy, x.shape)],
  },
  transpose: {
    shape: ([x], { perm }) => {
      if ([...perm].sort((a, b) => a - b).join() !== x.shape.map((_, i) => i).join()) {
        throw shapeError('transpose', `an order of the ${x.shape.length} axes of ${describe(x)}`, showShape(perm), 'Name each axis once.');
      }
      return { shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype };
    },
    gradient: ({ dy, attrs: { perm } }) => [
      transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ],
  },
  expand: {
    shape: ([x], { shape }) => {
      const joint = broadcastShapes(x.shape, shape);
      if (joint === undefined || !sameShape(joint, shape))
        throw shapeError(
          'expand',
          `a shape that broadcasts to ${showShape(shape)}`,
          describe(x),
          'Only axes of size 1 (or missing leading ones) can grow.',
        );
      return { shape, dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x] }) => [sumTo(dy, x.shape)],
  },
  concat: {
    shape: (inputs, { axis }) => {
      const [first] = inputs;
      const fits =
        first !== undefined &&
        inputs.every(
          (x) =>
            x.dtype === first.dtype && x.shape.length === first.shape.length && x.shape.every((n, i) => i === axis || n === first.shape[i]),
        );
      if (!fits)
        throw shapeError(
          'concat',
          `tensors alike but for axis ${axis}`,
          inputs.map(describe).join(', ') || 'none',
          'Check the order of the axes.',
        );
      return {
        shape: first.shape.map((n, i) => (i === axis ? inputs.reduce((total, x) => total + x.shape[i]!, 0) : n)),
        dtype: first.dtype,
      };
    },
    gradient: ({ dy, inputs, attrs: { axis } }) =>
      split(
        dy,
        inputs.map((x) => x.shape[axis]!),
        axis,
      ),
  },
  slice: {
    shape: ([x], { starts, ends, steps }) => ({
      shape: starts.map((start, i) => Math.ceil((ends[i]! - start) / steps[i]!)),
      dtype: x.dtype,
    }),
    gradient: ({ dy, inputs: [x], attrs: { starts, steps } }) => {
      return [spreadInto(dy, x.shape, starts, steps)];
    },
  },
  split: {
    shape: ([x], { axis, sizes, index }) => ({ shape: x.shape.map((n, i) => (i === axis ? sizes[index]! : n)), dtype: x.dtype }),
    gradient: ({ dy, inputs: [x], attrs: { axis, sizes, index } }) => {
      const before = sizes.slice(0, index).reduce((a, b) => a + b, 0);
      const at = (value: number): number[] => x.shape.map((_, i) => (i === axis ? value : 0));
      return [pad(dy, at(before), at(x.shape[axis]! - before - sizes[index]!))];
    },
  },
  pad: {
    shape: ([x], { before, after }) => {
      if (
        before.length !== x.shape.length ||
        after.length !== x.shape.length ||
        [...before, ...after].some((n) => !Number.isInteger(n) || n < 0)
      ) {
        throw shapeError(
          'pad',
          `${x.shape.length} whole numbers >= 0 before and after for ${describe(x)}`,
          `${showShape(before)} and ${showShape(after)}`,
          'Cut with slice instead of padding by a negative size.',
        );
      }
      return { shape: x.shape.map((n, i) => n + before[i]! + after[i]!), dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x], attrs: { before } }) => [
      sliceAll(
        dy,
        before,
        before.map((n, i) => n + x.shape[i]!),
      ),
    ],
  },
  flip: {
    shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
    gradient: ({ dy, attrs: { axis } }) => [flip(dy, axis)],
  },
};

/** The same elements in another shape; one size may be -1. */
export function reshape(x: Sym, shape: readonly number[]): Sym {
  const free = shape.indexOf(-1);
  const rest = sizeOf(shape.filter((n) => n !== -1));
  const full = free === -1 ? shape : shape.map((n, i) => (i === free ? sizeOf(x.shape) / rest : n));
  if (sameShape(x.shape, full)) return x;
  // a reshape of a reshape is one reshape
  const source = x.op === 'reshape' ? x.inputs[0]! : x;
  if (sameShape(source.shape, full)) return source;
  return make('reshape', shapeRules.reshape, [source], { shape: full });
}

/** Axes in another order: axis i of the result is axis perm[i] of x. */
export function transpose(x: Sym, perm: readonly number[]): Sym {
  if (perm.length === x.shape.length && perm.every((axis, i) => axis === i)) return x;
  // two in a row are one; the rule of `make` refuses what is no order of the axes
  if (
    x.op === 'transpose' &&
    sameShape(
      [...perm].sort((a, b) => a - b),
      x.shape.map((_, i) => i),
    )
  ) {
    const first = (x.attrs as { perm: readonly number[] }).perm;
    return transpose(
      x.inputs[0]!,
      perm.map((axis) => first[axis]!),
    );
  }
  return make('transpose', shapeRules.transpose, [x], { perm });
}

const SWAP = [0, 2, 1, 3, 4];

/** [N, C, D, H, W] <-> [N, D, C, H, W]. */
export function swapDepth(x: Sym): Sym {
  return transpose(x, SWAP);
}

/**
 * What `swapDepth` made x from, if it did. Volumes are computed depth first; elementwise ops, sums and normalisations are done
 * on that side, so that the swap back meets the next layer's swap and both vanish.
 */
export function beforeSwap(x: Sym): Sym | undefined {
  return x.op === 'transpose' && sameShape((x.attrs as { perm: readonly number[] }).perm, SWAP) ? x.inputs[0] : undefined;
}

/** Repeats axes of size 1 (and missing leading axes) up to `shape`. */
export function expand(x: Sym, shape: readonly number[]): Sym {
  return sameShape(x.shape, shape) ? x : make('expand', shapeRules.expand, [x], { shape });
}

export function concat(xs: readonly Sym[], axis: number): Sym {
  const [first] = xs;
  if (first !== undefined && xs.length === 1) return first;
  return make('concat', shapeRules.concat, xs, { axis: normalAxis('concat', axis, first?.shape.length ?? 0) });
}

/** Elements starts, starts + steps, ... below ends on every axis. */
export function sliceAll(x: Sym, starts: readonly number[], ends: readonly number[], steps: readonly number[] = x.shape.map(() => 1)): Sym {
  if (allZero(starts) && sameShape(ends, x.shape) && steps.every((s) => s === 1)) return x;
  return make('slice', shapeRules.slice, [x], { starts, ends, steps });
}

/** Elements start, start + step, ... below end along one axis. Negative start and end count from the end. */
export function slice(
  x: Sym,
  options: { readonly axis: number; readonly start?: number; readonly end?: number; readonly step?: number },
): Sym {
  const axis = normalAxis('slice', options.axis, x.shape.length);
  const size = x.shape[axis]!;
  const wrap = (v: number): number => (v < 0 ? v + size : v);
  const start = wrap(options.start ?? 0);
  const end = wrap(options.end ?? size);
  const step = options.step ?? 1;
  if (![start, end, step].every(Number.isInteger) || step < 1 || start < 0 || start >= end || end > size) {
    throw shapeError(
      'slice',
      `0 <= start < end <= ${size} and step >= 1 on axis ${axis} of ${describe(x)}`,
      `start ${start}, end ${end}, step ${step}`,
      'Use flip to reverse an axis.',
    );
  }
  const pick = (value: number, other: (n: number) => number): number[] => x.shape.map((n, i) => (i === axis ? value : other(n)));
  return sliceAll(
    x,
    pick(start, () => 0),
    pick(end, (n) => n),
    pick(step, () => 1),
  );
}

/** Cuts one axis into parts: of the given sizes, or into `count` equal parts. */
export function split(x: Sym, sizesOrCount: readonly number[] | number, axis: number): Sym[] {
  const at = normalAxis('split', axis, x.shape.length);
  const size = x.shape[at]!;
  const sizes = typeof sizesOrCount === 'number' ? Array.from({ length: sizesOrCount }, () => size / sizesOrCount) : sizesOrCount;
  if (sizes.some((n) => !Number.isInteger(n) || n < 1) || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw shapeError('split', `whole sizes that add up to ${size} on axis ${at} of ${describe(x)}`, showShape(sizes), 'Check the axis.');
  }
  if (sizes.length === 1) return [x];
  return sizes.map((_, index) => make('split', shapeRules.split, [x], { axis: at, sizes, index }));
}

/** Adds `value` around: before[i] and after[i] elements on axis i. */
export function pad(x: Sym, before: readonly number[], after: readonly number[], value = 0): Sym {
  return allZero(before) && allZero(after) ? x : make('pad', shapeRules.pad, [x], { before, after, value });
}

/** Reverses one axis. */
export function flip(x: Sym, axis: number): Sym {
  return make('flip', shapeRules.flip, [x], { axis: normalAxis('flip', axis, x.shape.length) });
}

export function squeeze(x: Sym, axis: number): Sym {
  const at = normalAxis('squeeze', axis, x.shape.length);
  if (x.shape[at] !== 1) throw shapeError('squeeze', `size 1 on axis ${at}`, describe(x), 'Use reshape to merge axes.');
  return reshape(
    x,
    x.shape.filter((_, i) => i !== at),
  );
}

export function unsqueeze(x: Sym, axis: number): Sym {
  const at = normalAxis('unsqueeze', axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Joins tensors of one shape along a new axis. */
export function stack(xs: readonly Sym[], axis: number): Sym {
  return concat(
    xs.map((x) => unsqueeze(x, axis)),
    axis,
  );
}

/** The transpose of `sliceAll`: x laid into zeros of `shape`. */
export function spreadInto(x: Sym, shape: readonly number[], starts: readonly number[], steps: readonly number[]): Sym {
  const spread = zeroStuff(x, steps);
  return pad(
    spread,
    starts,
    shape.map((n, i) => n - starts[i]! - spread.shape[i]!),
  );
}

/** Puts steps[i] - 1 zeros between neighbours on axis i. */
function zeroStuff(x: Sym, steps: readonly number[]): Sym {
  return steps.reduce((spread, step, axis) => {
    const n = spread.shape[axis]!;
    if (step === 1 || n === 1) return spread;
    const lead = spread.shape.slice(0, axis + 1);
    const tail = spread.shape.slice(axis + 1);
    const after = [...lead.map(() => 0), step - 1, ...tail.map(() => 0)];
    const wide = pad(
      reshape(spread, [...lead, 1, ...tail]),
      after.map(() => 0),
      after,
    );
    return slice(reshape(wide, [...lead.slice(0, -1), n * step, ...tail]), { axis, end: (n - 1) * step + 1 });
  }, x);
}

interface Padded {
  readonly inner: Sym;
  readonly axis: number;
  readonly from: number;
  readonly to: number;
}

/** Reads a zero padding of a single axis, which is what the gradient of slice and split is. */
function asPadded(x: Sym): Padded | undefined {
  if (x.op !== 'pad') return undefined;
  const { before, after, value } = x.attrs as { before: readonly number[]; after: readonly number[]; value: number };
  const axes = before.map((_, i) => i).filter((i) => before[i] !== 0 || after[i] !== 0);
  const [axis] = axes;
  const inner = x.inputs[0]!;
  return value !== 0 || axes.length !== 1 || axis === undefined
    ? undefined
    : { inner, axis, from: before[axis]!, to: before[axis]! + inner.shape[axis]! };
}

/**
 * Sum of gradient contributions to one tensor. Parts of an axis that were padded with zeros back to full size
 * and do not overlap are put side by side instead of being added: the gradient of a split is a concat.
 */
export function sumContributions(terms: readonly Sym[]): Sym {
  if (terms.length === 1) return terms[0]!;
  const parts: Padded[] = [];
  const rest: Sym[] = [];
  for (const term of terms) {
    const padded = asPadded(term);
    const clash = padded === undefined || parts.some((p) => p.axis !== padded.axis || (padded.from < p.to && p.from < padded.to));
    if (clash) rest.push(term);
    else parts.push(padded);
  }
  if (parts.length < 2) return addAll(terms);
  parts.sort((a, b) => a.from - b.from);
  const { axis } = parts[0]!;
  const shape = terms[0]!.shape;
  const none = shape.map(() => 0);
  const on = (n: number): number[] => none.map((_, i) => (i === axis ? n : 0));
  const pieces: Sym[] = [];
  parts.forEach((part, i) => {
    const end = parts[i + 1]?.from ?? part.to;
    pieces.push(pad(part.inner, none, on(end - part.to)));
  });
  const joined = pad(concat(pieces, axis), on(parts[0]!.from), on(shape[axis]! - parts[parts.length - 1]!.to));
  return addAll([joined, ...rest]);
}
