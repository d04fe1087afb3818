import type { Lowering } from '../lowerings.ts';

const INT64 = 7;

export const lowerScatterElements: Lowering<'scatterElements'> = (e, { names: [indices, updates], attrs: { axis, shape } }) =>
  e.node('ScatterElements', [e.node('Expand', [e.scalar(0), e.ints(shape)]), indices!, updates!], {
    axis: { int: axis },
    reduction: { text: 'add' },
  });

/** GatherND copies whole rows, and its batch stays free in an exported model. */
export const lowerGatherBatch: Lowering<'gatherBatch'> = (e, { names: [x, indices], inputs: [, at], attrs: { batchAxes } }) => {
  const wide = e.node('Cast', [indices!], { to: { int: INT64 } });
  return e.node('GatherND', [x!, e.reshape(wide, [...at.shape, 1])], { batch_dims: { int: batchAxes } });
};

export const lowerCumulativeSum: Lowering<'cumulativeSum'> = (e, { names: [x], attrs: { axis, reverse } }) =>
  e.node('CumSum', [x!, e.tensor(Int32Array.of(axis), [])], { reverse: { int: reverse ? 1 : 0 } });
