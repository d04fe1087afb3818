import { describe, make, normalAxis, NOT_DIFFERENTIABLE, sameShape, shapeError, type Rule, type Sym } from '../sym.ts';
import { transpose } from './shape.ts';

type IndexOp = 'gather' | 'scatterAdd' | 'oneHot';

export const indexRules: { [O in IndexOp]: Rule<O> } = {
  gather: {
    shape: ([x, indices], { axis }) => {
      if (indices.dtype !== 'int32') throw shapeError('gather', 'int32 indices', describe(indices), 'Declare the input with int32([...]).');
      return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x, indices], attrs: { axis } }) => {
      // the gathered axes to the front, add up there, and the axis back to its place
      const n = indices.shape.length;
      const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
      const front = transpose(dy, [...range(axis, axis + n), ...range(0, axis), ...range(axis + n, dy.shape.length)]);
      const added = scatterAdd(indices, front, x.shape[axis]!);
      return [transpose(added, [...range(1, axis + 1), 0, ...range(axis + 1, x.shape.length)]), null];
    },
  },
  scatterAdd: {
    shape: ([indices, updates], { size }) => {
      const lead = updates.shape.slice(0, indices.shape.length);
      if (indices.dtype !== 'int32' || updates.dtype !== 'float32' || !sameShape(lead, indices.shape)) {
        throw shapeError(
          'scatterAdd',
          'int32 indices and float32 updates whose first axes are those of the indices',
          `${describe(indices)} and ${describe(updates)}`,
          'Transpose the updates.',
        );
      }
      return { shape: [size, ...updates.shape.slice(indices.shape.length)], dtype: 'float32' };
    },
    gradient: ({ dy, inputs: [indices] }) => [null, gather(dy, indices)],
  },
  oneHot: {
    shape: ([labels], { depth }) => {
      if (labels.dtype !== 'int32') throw shapeError('oneHot', 'int32 labels', describe(labels), 'Declare the input with int32([...]).');
      return { shape: [...labels.shape, depth], dtype: 'float32' };
    },
    gradient: NOT_DIFFERENTIABLE,
  },
};

/** Rows of `x` along `axis` chosen by int32 indices 0..size-1; the index axes take the place of the axis. */
export function gather(x: Sym, indices: Sym, axis = 0): Sym {
  return make('gather', indexRules.gather, [x, indices], { axis: normalAxis('gather', axis, x.shape.length) });
}

/** Zeros of `size` rows, to which each update is added at its index; equal indices add up. */
export function scatterAdd(indices: Sym, updates: Sym, size: number): Sym {
  return make('scatterAdd', indexRules.scatterAdd, [indices, updates], { size });
}

/** int32 labels 0..depth-1 as float32 rows with a single 1. */
export function oneHot(labels: Sym, depth: number): Sym {
  return make('oneHot', indexRules.oneHot, [labels], { depth });
}
