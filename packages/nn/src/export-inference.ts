import { VerilensError } from '@verilens/core';
import { bindParams, type Syms } from './module.ts';
import { freeBatch } from './onnx/free-batch.ts';
import type { EmittedGraph } from './onnx/emitted-graph.ts';
import { lowerGraph } from './onnx/lower.ts';
import { writeModel } from './onnx/model.ts';
import { input } from './ops/source.ts';
import type { FreeSpec, InputSyms } from './specs.ts';
import { sameShape, showShape, type Sym } from './sym.ts';
import { familyOf, type Target } from './target.ts';
import type { Parameters } from './train/parameter-store.ts';

export interface ExportOptions<P, I extends Readonly<Record<string, FreeSpec>>> {
  readonly module: { readonly kind: string; readonly params: P };
  /** As `trainer.parameters()` or `readSafetensors(...).tensors` gives them. Extra names are ignored. */
  readonly params: Parameters;
  /** First dimensions given as one and the same name stay free. */
  readonly inputs: I;
  readonly forward: (p: Syms<P>, inputs: InputSyms<I>) => Readonly<Record<string, Sym>>;
  readonly target: Target;
}

/** Two sizes to trace with: unlike each other and unlike sizes that models have. */
const TRACES = [3, 5] as const;

/**
 * The bytes of a model for inference: parameters stored, no gradients, no optimiser. The same parameters give the same bytes.
 * @throws VerilensError BAD_MODEL when a parameter is missing or of another shape, UNSUPPORTED when the free dimension cannot stay free
 */
export function exportInference<P, I extends Readonly<Record<string, FreeSpec>>>(options: ExportOptions<P, I>): Uint8Array {
  const names = new Set(Object.values(options.inputs).flatMap(({ shape }) => shape.filter((n) => typeof n === 'string')));
  if (names.size === 0) return writeModel(trace(options, 0));
  const [name] = names;
  const firstOnly = Object.values(options.inputs).every(({ shape }) => shape.every((n, i) => i === 0 || typeof n === 'number'));
  if (names.size > 1 || !firstOnly)
    throw new VerilensError('UNSUPPORTED', 'only one dimension can be free, and it must come first', {
      place: 'nn exportInference',
      expected: 'one name, as the first size',
      got: [...names].join(', '),
    });
  return writeModel(freeBatch([trace(options, TRACES[0]), trace(options, TRACES[1])], TRACES, name!));
}

function trace<P, I extends Readonly<Record<string, FreeSpec>>>(options: ExportOptions<P, I>, batch: number): EmittedGraph {
  const { module, params } = options;
  // a file for anyone: ONNX Runtime blocks convolutions with constant weights by itself
  const target = familyOf(options.target);
  const inputs: Record<string, Sym> = Object.fromEntries(
    Object.entries(options.inputs).map(([name, { shape, dtype }]) => [
      name,
      input(name, { shape: shape.map((n) => (typeof n === 'string' ? batch : n)), dtype }),
    ]),
  );
  const stored = new Map<Sym, { name: string; data: Float32Array }>();
  const p = bindParams(module, (name, { shape }) => {
    const value = params.get(name);
    if (value === undefined || !(value.data instanceof Float32Array) || !sameShape(value.shape, shape)) {
      throw new VerilensError('BAD_MODEL', `parameter "${name}" ${value === undefined ? 'is missing' : 'has another shape'}`, {
        place: 'nn exportInference',
        expected: `float32${showShape(shape)}`,
        got: value === undefined ? 'nothing' : showShape(value.shape),
        remedy: 'The values belong to another model.',
      });
    }
    const sym = input(name, { shape, dtype: 'float32' }, 'parameter');
    stored.set(sym, { name, data: value.data });
    return sym;
  });
  return lowerGraph({ inputs, outputs: options.forward(p, inputs as InputSyms<I>), target, stored });
}
