import { Tensor, VerilensError, type TensorMap } from '@verilens/core';
import { sameShape, showShape, sizeOf, type Spec } from '../sym.ts';
import type { TrainingStep } from './training-step.ts';

/** Values of a training step's inputs: typed arrays filled row by row, or tensors. */
export type Batch = Readonly<Record<string, Float32Array | Int32Array | Tensor>>;

/** Turns a batch into feeds. @throws VerilensError UNKNOWN_NAME, BAD_SHAPE, BAD_INPUT (label or index out of range) */
export function checkBatch(step: Pick<TrainingStep, 'inputs' | 'indexBounds'>, batch: Batch): TensorMap {
  const names = Object.keys(step.inputs);
  const strange = Object.keys(batch).find((name) => !names.includes(name));
  if (strange !== undefined)
    throw new VerilensError('UNKNOWN_NAME', `the step has no input "${strange}"`, {
      place: 'nn trainer.step',
      expected: names.join(', '),
      got: strange,
    });
  const feeds = Object.fromEntries(names.map((name) => [name, checkInput(name, step.inputs[name]!, batch[name])]));
  for (const { input, below, except, use } of step.indexBounds) {
    const data = feeds[input]?.data as Int32Array | undefined;
    const at = data?.findIndex((v) => (v < 0 || v >= below) && v !== except) ?? -1;
    if (at !== -1) {
      throw new VerilensError('BAD_INPUT', `input "${input}" has an index out of range`, {
        place: `nn trainer.step, ${use}`,
        expected: `0..${below - 1}`,
        got: `${data![at]} at position ${at}`,
        remedy: 'Labels and indices count from 0.',
      });
    }
  }
  return feeds;
}

function checkInput(name: string, spec: Spec, value: Float32Array | Int32Array | Tensor | undefined): Tensor {
  const right = (expected: string, got: string): VerilensError =>
    new VerilensError('BAD_SHAPE', `input "${name}" does not fit`, {
      place: 'nn trainer.step',
      expected,
      got,
      remedy: `The step was built for ${spec.dtype}${showShape(spec.shape)}: give that, or build it for another size.`,
    });
  if (value === undefined) throw right(`${spec.dtype}${showShape(spec.shape)}`, 'nothing');
  if (value instanceof Float32Array || value instanceof Int32Array) {
    const dtype = value instanceof Float32Array ? 'float32' : 'int32';
    if (dtype !== spec.dtype || value.length !== sizeOf(spec.shape))
      throw right(`${spec.dtype} with ${sizeOf(spec.shape)} values`, `${dtype} with ${value.length} values${asBatch(spec, value.length)}`);
    return new Tensor(dtype, value, spec.shape);
  }
  if (value.type !== spec.dtype || !sameShape(value.dims, spec.shape))
    throw right(`${spec.dtype}${showShape(spec.shape)}`, `${value.type}${showShape(value.dims)}`);
  return value;
}

/** Says so when the values are whole samples, only another number of them. */
function asBatch(spec: Spec, length: number): string {
  const sample = sizeOf(spec.shape.slice(1));
  return spec.shape.length > 0 && length % sample === 0 ? `, a batch of ${length / sample} instead of ${spec.shape[0]}` : '';
}
