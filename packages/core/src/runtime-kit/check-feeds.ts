import { VerilensError } from '../errors.ts';
import type { TensorSpec } from '../runtime.ts';
import type { TensorMap } from '../tensor.ts';
import { specText } from './engine.ts';

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/**
 * Compares what a run is given with what the model takes: names, types, ranks, sizes.
 * @throws VerilensError UNKNOWN_NAME, BAD_SHAPE
 */
export function checkFeeds(inputs: readonly TensorSpec[], feeds: TensorMap, place: string): void {
  const names = inputs.map((input) => input.name);
  for (const name of Object.keys(feeds)) {
    if (!names.includes(name))
      throw new VerilensError('UNKNOWN_NAME', `the model has no input "${name}"`, {
        place,
        expected: list(names),
        got: list(Object.keys(feeds)),
      });
  }
  const sizes = new Map<string, { size: number; input: string }>();
  for (const spec of inputs) {
    const tensor = feeds[spec.name];
    if (tensor === undefined) {
      throw new VerilensError('UNKNOWN_NAME', `input "${spec.name}" is missing`, {
        place,
        expected: `${spec.name}: ${specText(spec)}`,
        got: list(Object.keys(feeds)),
      });
    }
    if (!Array.isArray(tensor.dims) || typeof tensor.type !== 'string' || tensor.location !== 'cpu') {
      throw new VerilensError('BAD_SHAPE', `input "${spec.name}" is no tensor in main memory`, {
        place,
        expected: specText(spec),
        got: typeof tensor.type === 'string' ? `a tensor at ${tensor.location}` : typeof tensor,
        remedy: 'Give a Tensor of @verilens/core.',
      });
    }
    const got = `${tensor.type}[${tensor.dims.join(',')}]`;
    if (tensor.type !== spec.dtype)
      throw new VerilensError('BAD_SHAPE', `input "${spec.name}" has the wrong type`, { place, expected: specText(spec), got });
    const fits =
      tensor.dims.length === spec.shape.length && spec.shape.every((dim, axis) => typeof dim === 'string' || dim === tensor.dims[axis]);
    if (!fits) throw new VerilensError('BAD_SHAPE', `input "${spec.name}" has the wrong shape`, { place, expected: specText(spec), got });
    spec.shape.forEach((dim, axis) => {
      if (typeof dim === 'number' || dim === '?') return;
      const size = tensor.dims[axis] as number;
      const before = sizes.get(dim);
      if (before !== undefined && before.size !== size) {
        throw new VerilensError('BAD_SHAPE', `inputs "${before.input}" and "${spec.name}" disagree about the size of "${dim}"`, {
          place,
          expected: `${dim} = ${before.size} as in "${before.input}"`,
          got,
        });
      }
      sizes.set(dim, { size, input: spec.name });
    });
  }
}

/**
 * The outputs a run shall compute.
 * @throws VerilensError UNKNOWN_NAME
 */
export function checkOutputs(outputs: readonly TensorSpec[], wanted: readonly string[] | undefined, place: string): readonly string[] {
  const names = outputs.map((output) => output.name);
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new VerilensError('UNKNOWN_NAME', `the model has no output "${unknown}"`, {
      place,
      expected: list(names),
      got: list(wanted ?? []),
    });
  return wanted ?? names;
}
