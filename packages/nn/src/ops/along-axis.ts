import { describe, make, normalAxis, sameShape, shapeError, sizeOf, type Rule, type Sym } from '../sym.ts';
import { add } from './elementwise.ts';
import { scatterAdd } from './indexing.ts';
import { reshape } from './shape.ts';
import { constant } from './source.ts';

type AlongAxisOp = 'gatherElements' | 'scatterElements' | 'gatherBatch' | 'cumulativeSum';

/** True when `part` has the rank of `whole` and fits into it on every axis but `axis`. */
function fitsBeside(part: readonly number[], whole: readonly number[], axis: number): boolean {
  return part.length === whole.length && part.every((n, i) => i === axis || n <= whole[i]!);
}

export const alongAxisRules: { [O in AlongAxisOp]: Rule<O> } = {
  gatherElements: {
    shape: ([x, indices], { axis }) => {
      if (indices.dtype !== 'int32' || !fitsBeside(indices.shape, x.shape, axis)) {
        throw shapeError(
          'takeAlongAxis',
          `int32 indices of rank ${x.shape.length}, no larger than ${describe(x)} but on axis ${axis}`,
          describe(indices),
          'Expand the indices, or use gather to take whole rows.',
        );
      }
      return { shape: indices.shape, dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x, indices], attrs: { axis } }) => [addAlong(indices, dy, x.shape, axis), null],
  },
  scatterElements: {
    shape: ([indices, updates], { axis, shape }) => {
      if (
        indices.dtype !== 'int32' ||
        updates.dtype !== 'float32' ||
        !sameShape(indices.shape, updates.shape) ||
        !fitsBeside(indices.shape, shape, axis)
      ) {
        throw shapeError(
          'scatterAddAlongAxis',
          'int32 indices and float32 updates of one shape',
          `${describe(indices)} and ${describe(updates)}`,
          'Expand the indices to the shape of the updates.',
        );
      }
      return { shape, dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [indices], attrs: { axis } }) => [null, takeAlongAxis(dy, indices, axis)],
  },
  gatherBatch: {
    shape: ([x, indices], { batchAxes }) => {
      const lead = x.shape.slice(0, batchAxes);
      if (
        indices.dtype !== 'int32' ||
        x.shape.length <= batchAxes ||
        indices.shape.length <= batchAxes ||
        !sameShape(indices.shape.slice(0, batchAxes), lead)
      ) {
        throw shapeError(
          'gatherBatch',
          `int32 indices that begin with the ${batchAxes} batch axes of ${describe(x)}`,
          describe(indices),
          'For the same indices in every sample use gather.',
        );
      }
      return { shape: [...indices.shape, ...x.shape.slice(batchAxes + 1)], dtype: x.dtype };
    },
    // the batch joins the axis, so that each sample's indices point into its own rows
    gradient: ({ dy, inputs: [x, indices], attrs: { batchAxes } }) => {
      const lead = x.shape.slice(0, batchAxes);
      const size = x.shape[batchAxes]!;
      const count = sizeOf(lead);
      const starts = constant(
        Int32Array.from({ length: count }, (_, i) => i * size),
        [...lead, ...indices.shape.slice(batchAxes).map(() => 1)],
      );
      return [reshape(scatterAdd(add(indices, starts), dy, count * size), x.shape), null];
    },
  },
  cumulativeSum: {
    shape: ([x]) => {
      if (x.dtype !== 'float32') throw shapeError('cumulativeSum', 'float32', describe(x), "Convert with cast(x, 'float32').");
      return { shape: x.shape, dtype: 'float32' };
    },
    // every element counts in all later sums: add up from the other end
    gradient: ({ dy, attrs: { axis, reverse } }) => [cumulativeSum(dy, axis, { reverse: !reverse })],
  },
};

function addAlong(indices: Sym, updates: Sym, shape: readonly number[], axis: number): Sym {
  return make('scatterElements', alongAxisRules.scatterElements, [indices, updates], { axis, shape });
}

/** y[.., i, ..] = x[.., indices[.., i, ..], ..] along one axis: int32 indices 0..size-1 of the rank of x, one for each element of the result. */
export function takeAlongAxis(x: Sym, indices: Sym, axis: number): Sym {
  return make('gatherElements', alongAxisRules.gatherElements, [x, indices], { axis: normalAxis('takeAlongAxis', axis, x.shape.length) });
}

/** The transpose of `takeAlongAxis`: zeros of `size` along `axis`, to which each update is added at its index. */
export function scatterAddAlongAxis(indices: Sym, updates: Sym, axis: number, size: number): Sym {
  const at = normalAxis('scatterAddAlongAxis', axis, updates.shape.length);
  return addAlong(
    indices,
    updates,
    updates.shape.map((n, i) => (i === at ? size : n)),
    at,
  );
}

/**
 * Rows chosen for each sample: x [B, T, ...] and int32 indices [B, K] give [B, K, ...]. `batchAxes` leading axes
 * (default 1) are shared; indices count along the axis after them.
 */
export function gatherBatch(x: Sym, indices: Sym, batchAxes = 1): Sym {
  return make('gatherBatch', alongAxisRules.gatherBatch, [x, indices], { batchAxes });
}

/** Running total along one axis, each element included; `reverse` begins at the end. */
export function cumulativeSum(x: Sym, axis: number, options: { readonly reverse?: boolean } = {}): Sym {
  return make('cumulativeSum', alongAxisRules.cumulativeSum, [x], {
    axis: normalAxis('cumulativeSum', axis, x.shape.length),
    reverse: options.reverse ?? false,
  });
}
