import { Tensor, VerilensError, type TensorMap } from '@verilens/core';
import type { Leaf } from '../module.ts';
import { random } from '../random.ts';
import type { NamedTensor } from '../safetensors.ts';
import { sameShape, sizeOf, showShape } from '../sym.ts';
import type { StateTensor } from './training-step.ts';

/** Named values of parameters and of modules' states. */
export type Parameters = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** True for what belongs to the model; the rest is the optimiser's. */
export function isOwned(slot: string): boolean {
  return slot === 'param' || slot === 'state';
}

/** The value a parameter or state begins with: the given one, or the module's own from the seed. @throws VerilensError BAD_MODEL */
export function initialValue(leaves: ReadonlyMap<string, Leaf>, name: string, seed: number, given: Parameters | undefined): Float32Array {
  const spec = leaves.get(name)!;
  const own = given?.get(name);
  return own === undefined ? spec.init(spec.shape, random(seed, 'init', name)) : checkedValue(name, own, spec.shape);
}

/** @throws VerilensError BAD_MODEL when the tensor is missing or of another shape */
export function checkedValue(name: string, tensor: NamedTensor | undefined, shape: readonly number[]): Float32Array {
  if (tensor !== undefined && tensor.data instanceof Float32Array && sameShape(tensor.shape, shape) && tensor.data.length === sizeOf(shape))
    return tensor.data;
  throw new VerilensError('BAD_MODEL', `parameter "${name}" ${tensor === undefined ? 'is missing' : 'has another shape'}`, {
    place: 'nn parameters',
    expected: `float32${showShape(shape)}`,
    got: tensor === undefined ? 'nothing' : showShape(tensor.shape),
    remedy: 'The values belong to another model: use the options it was made with.',
  });
}

/** Fills every state tensor from its members' values; undefined is zeros. */
export function packState(
  tensors: readonly StateTensor[],
  value: (name: string, tensor: StateTensor) => Float32Array | undefined,
): TensorMap {
  const packed: TensorMap = {};
  for (const tensor of tensors) {
    const { input, group } = tensor;
    const data = new Float32Array(sizeOf(group.shape));
    let at = 0;
    for (const { name, size } of group.members) {
      const part = value(name, tensor);
      if (part !== undefined) data.set(part, at);
      at += size;
    }
    packed[input] = new Tensor('float32', data, group.shape);
  }
  return packed;
}

/** Copies of the members of the wanted state tensors, by the name `rename` gives. */
export function unpackState(
  tensors: readonly StateTensor[],
  state: TensorMap,
  rename: (name: string, tensor: StateTensor) => string | undefined,
): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const values = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const tensor of tensors) {
    const data = state[tensor.input]!.data as Float32Array;
    let at = 0;
    for (const { name, shape, size } of tensor.group.members) {
      const key = rename(name, tensor);
      if (key !== undefined) values.set(key, { shape, data: data.slice(at, at + size) });
      at += size;
    }
  }
  return values;
}
