import { didYouMean, VerilensError } from '@verilens/core';
import { namedModules, namedParams, namedStates, type Leaf } from './module.ts';
import { sameShape, showShape, sizeOf } from './sym.ts';
import type { Parameters } from './train/parameter-store.ts';

export interface FromTorchOptions {
  /** Their name for a tensor, from ours with PyTorch's last part (`blocks.0.norm.running_mean`). Default: the same. */
  readonly rename?: (name: string) => string;
}

/** Last parts of names that differ from PyTorch's. */
const LAST_PARTS: Readonly<Record<string, string>> = { runningMean: 'running_mean', runningVariance: 'running_var' };

/**
 * A module's parameters and states from tensors in PyTorch's naming and layout, as `readSafetensors(bytes).tensors` gives them.
 * A linear weight is [out, in] there and [in, out] here; a convolution used as a linear layer on patches [out, c, h, w] is taken
 * as [out, c h w]. Other tensors keep their layout; axes of size 1 may be missing or too many. Tensors nobody asks for are left.
 *
 * @throws VerilensError BAD_MODEL naming the tensor that is missing or of another shape
 */
export function fromTorch(
  module: { readonly kind: string; readonly params: unknown },
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>,
  options: FromTorchOptions = {},
): Parameters {
  const { rename = (name: string) => name } = options;
  const kinds = namedModules(module);
  const found = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, { shape }] of new Map<string, Leaf>([...namedParams(module), ...namedStates(module)])) {
    const dot = name.lastIndexOf('.') + 1;
    const theirs = rename(name.slice(0, dot) + (LAST_PARTS[name.slice(dot)] ?? name.slice(dot)));
    const turned = name.slice(dot) === 'weight' && kinds.get(name.slice(0, Math.max(0, dot - 1))) === 'linear';
    const wanted = turned ? [shape[1]!, shape[0]!] : shape;
    const tensor = tensors.get(theirs);
    if (tensor === undefined || !fits(tensor.shape, wanted, turned) || tensor.data.length !== sizeOf(shape)) {
      throw new VerilensError('BAD_MODEL', `tensor "${theirs}" ${tensor === undefined ? 'is missing' : 'has another shape'}`, {
        place: `nn fromTorch, for "${name}"`,
        expected: showShape(wanted),
        got: tensor === undefined ? 'nothing' : showShape(tensor.shape),
        remedy: tensor === undefined ? didYouMean(theirs, tensors.keys()) : 'The file is of a model of another size.',
      });
    }
    found.set(name, { shape, data: turned ? transposed(tensor.data, wanted[0]!, wanted[1]!) : Float32Array.from(tensor.data) });
  }
  return found;
}

function fits(given: readonly number[], wanted: readonly number[], flat: boolean): boolean {
  if (flat) return given.length >= 2 && given[0] === wanted[0] && sizeOf(given.slice(1)) === wanted[1];
  const long = (shape: readonly number[]): number[] => shape.filter((n) => n !== 1);
  return sameShape(long(given), long(wanted));
}

/** [rows, columns] -> [columns, rows] */
function transposed(data: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
