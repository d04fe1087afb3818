import { didYouMean, VerilensError } from '@verilens/core';
import { module, param, type Module, type ParamSpec } from '../module.ts';
import { input } from '../ops/source.ts';
import type { NamedTensor } from '../safetensors.ts';
import { describe, sameShape, showShape, sizeOf, type Spec, type Sym } from '../sym.ts';
import type { DType } from '../op-types.ts';
import type { OnnxFile, OnnxValue } from './onnx-file.ts';
import { readOnnx } from './read-onnx.ts';
import { fromStored } from './ops/constants.ts';
import { checkOperators, neededNodes, trace } from './trace.ts';
import { isKnown, toSym, type Known, type Value } from './values.ts';

export interface ImportOnnxOptions<O extends string = string> {
  /**
   * Which stored float tensors are trained, by name in the file; the others are frozen: constants of every graph, the same
   * bits for ever. Statistics of batch normalisation are never trained. Default: none.
   */
  readonly trainable?: (name: string, shape: readonly number[]) => boolean;
  /**
   * Shapes of inputs, where the file leaves sizes free or another batch is wanted. An inner tensor named here is an
   * input too: the graph begins there.
   */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  /** Inputs or inner tensors whose values are known now: a shape, a threshold, a switch. They are stored in the graph. */
  readonly fixed?: Readonly<Record<string, NamedTensor>>;
  /** Tensors to give, inner ones too (a feature map for Grad-CAM, an embedding before the head). Default: the file's outputs. */
  readonly outputs?: readonly O[];
}

/** One tensor, if the graph has one input, or all by name. */
export type OnnxInputs = Sym | Readonly<Record<string, Sym>>;

/** An ONNX graph as a module: `apply(p, x)` writes it with our ops, so gradients pass through it. */
export interface OnnxModule<O extends string = string> extends Module<
  Readonly<Record<string, ParamSpec>>,
  [inputs: OnnxInputs],
  Readonly<Record<O, Sym>>
> {
  /** What `apply` wants. Integer inputs of any width are int32 here. */
  readonly inputs: Readonly<Record<string, Spec>>;
  /** What it gives for inputs of these shapes. */
  readonly outputs: Readonly<Record<O, Spec>>;
  /** Names of the stored float tensors that are not trained. */
  readonly frozen: readonly string[];
  readonly opset: number;
}

const PLACE = 'nn importOnnx';
const OPSETS = { from: 1, to: 21 };

/**
 * Turns the bytes of an ONNX file into a module of our ops: frozen or trainable parameters, gradients towards parameters,
 * inputs and inner tensors. Shape arithmetic is computed now. Float types of any width are computed as float32.
 * @throws VerilensError BAD_MODEL for damaged files, UNSUPPORTED for operators we do not know (named, with the node),
 * UNKNOWN_NAME for tensors that are not in the graph, BAD_SHAPE where shapes do not fit
 */
export function importOnnx<const O extends string = string>(bytes: Uint8Array, options: ImportOnnxOptions<O> = {}): OnnxModule<O> {
  const file = readOnnx(bytes);
  const { graph, opset } = file;
  if (opset < OPSETS.from || opset > OPSETS.to)
    throw new VerilensError('UNSUPPORTED', 'the file uses a version of the operators we do not know', {
      place: PLACE,
      expected: `opset ${OPSETS.from} to ${OPSETS.to}`,
      got: `opset ${opset}`,
      remedy: 'Export the model again with an opset in that range.',
    });
  checkNames(file, [...(options.outputs ?? []), ...Object.keys(options.inputs ?? {}), ...Object.keys(options.fixed ?? {})]);
  const outputs = (options.outputs ?? graph.outputs.map(({ name }) => name)) as readonly O[];
  const fixed = new Map(Object.entries(options.fixed ?? {}).map(([name, tensor]) => [name, fromNamed(name, tensor)]));
  const begun = new Set([...graph.inputs.map(({ name }) => name), ...Object.keys(options.inputs ?? {})].filter((name) => !fixed.has(name)));
  const nodes = neededNodes(graph, outputs, (name) => begun.has(name) || fixed.has(name));
  checkOperators(nodes, opset);
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
  const inputs = Object.fromEntries(
    [...begun].filter((name) => used.has(name)).map((name) => [name, inputSpec(file, name, options.inputs?.[name])]),
  );

  const statistics = new Set(nodes.filter(({ op }) => op === 'BatchNormalization').flatMap((node) => node.inputs.slice(3, 5)));
  const stored = [...graph.initialisers.values()].filter(
    ({ name, kind }) => kind === 'float' && used.has(name) && !begun.has(name) && !fixed.has(name),
  );
  const trained = stored.filter(({ name, shape }) => !statistics.has(name) && options.trainable?.(name, shape) === true);
  const params = Object.fromEntries(trained.map(({ name, shape, data }) => [name, param(shape, () => (data as Float32Array).slice())]));
  const constants = new Map<string, Known>([
    ...[...graph.initialisers].map(([name, tensor]) => [name, fromStored(tensor)] as const),
    ...fixed,
  ]);

  const apply = (p: Readonly<Record<string, Sym>>, given: OnnxInputs): Readonly<Record<O, Sym>> => {
    const taken = takeInputs(inputs, given);
    const made = new Map<Known, Sym>();
    const values = new Map<string, Value>([...constants, ...Object.entries(p), ...Object.entries(taken)]);
    trace(nodes, { opset, constants: made, batch: batchChange(file, taken) }, values);
    return Object.fromEntries(outputs.map((name) => [name, outputSym(values.get(name), name)])) as Record<O, Sym>;
  };

  // once with the declared shapes, so that whatever cannot be imported is said now
  const probe = apply(
    Object.fromEntries(trained.map(({ name, shape }) => [name, input(name, { shape, dtype: 'float32' }, 'parameter')])),
    Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, input(name, spec)])),
  );
  return {
    ...module('onnx', params, apply),
    inputs,
    outputs: Object.fromEntries(outputs.map((name) => [name, { shape: probe[name].shape, dtype: probe[name].dtype }])) as Record<O, Spec>,
    frozen: stored.filter(({ name }) => !Object.hasOwn(params, name)).map(({ name }) => name),
    opset,
  };
}

function fromNamed(name: string, { shape, data }: NamedTensor): Known {
  if (data.length !== sizeOf(shape))
    throw new VerilensError('BAD_SHAPE', `the fixed value of "${name}" does not fill its shape`, {
      place: PLACE,
      expected: `${sizeOf(shape)} values for ${showShape(shape)}`,
      got: `${data.length}`,
    });
  return data instanceof Float32Array
    ? { known: true, kind: 'float', shape, data }
    : { known: true, kind: 'int', shape, data: Float64Array.from(data) };
}

function outputSym(value: Value | undefined, name: string): Sym {
  if (value === undefined)
    throw new VerilensError('UNSUPPORTED', `tensor "${name}" is an output of its operator that is not imported`, { place: PLACE });
  return isKnown(value) ? toSym(value) : value;
}

function checkNames({ graph }: OnnxFile, names: readonly string[]): void {
  const all = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initialisers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  for (const name of names) {
    if (all.has(name)) continue;
    throw new VerilensError('UNKNOWN_NAME', `the graph has no tensor "${name}"`, { place: PLACE, remedy: didYouMean(name, all) });
  }
}

function dtypeOf(type: string | undefined): DType {
  if (type === undefined || /float/.test(type)) return 'float32';
  return type === 'bool' ? 'bool' : 'int32';
}

function inputSpec({ graph }: OnnxFile, name: string, wanted: readonly number[] | undefined): Spec {
  const declared: OnnxValue | undefined = graph.inputs.find((value) => value.name === name);
  const shape = wanted ?? declared?.shape;
  const free = shape === undefined || shape.some((n) => typeof n !== 'number' || n < 0);
  if (free)
    throw new VerilensError('BAD_SHAPE', `input "${name}" has no fixed shape in the file`, {
      place: PLACE,
      expected: 'a whole number for each size',
      got: shape === undefined ? 'no shape' : showShape(shape),
      remedy: `Give it: importOnnx(bytes, { inputs: { '${name}': [...] } }).`,
    });
  if (wanted !== undefined && declared?.shape !== undefined && wanted.length !== declared.shape.length)
    throw new VerilensError('BAD_SHAPE', `input "${name}" has another rank in the file`, {
      place: PLACE,
      expected: showShape(declared.shape),
      got: showShape(wanted),
    });
  return { shape: shape as readonly number[], dtype: dtypeOf(declared?.type) };
}

function takeInputs(inputs: Readonly<Record<string, Spec>>, given: OnnxInputs): Readonly<Record<string, Sym>> {
  const names = Object.keys(inputs);
  const isSym = typeof (given as Sym).id === 'number' && Array.isArray((given as Sym).shape);
  if (isSym && names.length !== 1)
    throw new VerilensError('BAD_INPUT', 'the graph has several inputs', {
      place: PLACE,
      expected: names.join(', '),
      got: 'one tensor',
      remedy: 'Give a record by name.',
    });
  const record = isSym ? { [names[0]!]: given as Sym } : (given as Readonly<Record<string, Sym>>);
  for (const [name, spec] of Object.entries(inputs)) {
    const sym = record[name];
    if (sym === undefined)
      throw new VerilensError('UNKNOWN_NAME', `input "${name}" is missing`, {
        place: PLACE,
        expected: names.join(', '),
        got: Object.keys(record).join(', '),
      });
    // the batch may differ from call to call, the rest of the shape may not
    if (sym.shape.length !== spec.shape.length || sym.dtype !== spec.dtype || !sameShape(sym.shape.slice(1), spec.shape.slice(1)))
      throw new VerilensError('BAD_SHAPE', `input "${name}" has another shape`, {
        place: PLACE,
        expected: `${describe(spec)} with any first size`,
        got: describe(sym),
        remedy: 'Import the graph again with `inputs` if it is meant for other sizes.',
      });
  }
  return Object.fromEntries(names.map((name) => [name, record[name]!]));
}

/** A file exported for one batch size stores it in its Reshape nodes; with another batch those are changed. */
function batchChange({ graph }: OnnxFile, taken: Readonly<Record<string, Sym>>): { stored: number; wanted: number } | undefined {
  for (const { name, shape } of graph.inputs) {
    const [stored, wanted] = [shape?.[0], taken[name]?.shape[0]];
    if (typeof stored === 'number' && stored > 0 && wanted !== undefined && stored !== wanted) return { stored, wanted };
  }
  return undefined;
}
