import type { Lowering } from '../lowerings.ts';
import { sizeOf } from '../sym.ts';

const INT64 = 7;

export const lowerScatterElements: Lowering<'scatterElements'> = (e, { names: [indices, updates], attrs: { axis, shape } }) =>
  e.node('ScatterElements', [e.node('Expand', [e.scalar(0), e.ints(shape)]), indices!, updates!], {
    axis: { int: axis },
    reduction: { text: 'add' },
  });

/**
 * GatherND copies whole rows, and its batch stays free in an exported model. It takes int64, which WebGPU cannot cast to:
 * there the rows of all samples are one list, and indices are moved to their sample's part of it.
 */
export const lowerGatherBatch: Lowering<'gatherBatch'> = (e, { names: [x, indices], inputs: [xs, at], attrs: { batchAxes }, shape }) => {
  if (e.target === 'webgpu') {
    const size = xs.shape[batchAxes]!;
    const lead = xs.shape.slice(0, batchAxes);
    const samples = sizeOf(lead);
    const starts = e.tensor(
      Int32Array.from({ length: samples }, (_, i) => i * size),
      [...lead, ...at.shape.slice(batchAxes).map(() => 1)],
    );
    const rows = e.reshape(x!, [samples * size, ...xs.shape.slice(batchAxes + 1)]);
    return e.reshape(e.node('Gather', [rows, e.node('Add', [indices!, starts])], { axis: { int: 0 } }), shape);
  }
  const wide = e.node('Cast', [indices!], { to: { int: INT64 } });
  return e.node('GatherND', [x!, e.reshape(wide, [...at.shape, 1])], { batch_dims: { int: batchAxes } });
};

export const lowerCumulativeSum: Lowering<'cumulativeSum'> = (e, { names: [x], attrs: { axis, reverse } }) =>
  e.node('CumSum', [x!, e.tensor(Int32Array.of(axis), [])], { reverse: { int: reverse ? 1 : 0 } });

/**
 * Every element gets an index of its own. ScatterND would add whole rows, but on the CPU its threads add to one place at
 * once and lose updates, silently and not in every run (ONNX Runtime 1.30).
 */
export const lowerScatterAdd: Lowering<'scatterAdd'> = (e, { names: [indices, updates], inputs: [at, from], shape }) => {
  const count = sizeOf(at.shape);
  const width = sizeOf(from.shape) / count;
  const places = e.node('Expand', [e.reshape(indices!, [count, 1]), e.ints([count, width])]);
  const blank = e.node('Expand', [e.scalar(0), e.ints([shape[0]!, width])]);
  const total = e.node('ScatterElements', [blank, places, e.reshape(updates!, [count, width])], {
    axis: { int: 0 },
    reduction: { text: 'add' },
  });
  return e.reshape(total, shape);
};
