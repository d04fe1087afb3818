import { VerilensError } from '@verilens/core';
import {
  add,
  concat,
  conv2d,
  module,
  param,
  pad,
  relu,
  sigmoid,
  tanh,
  upsampleNearest,
  zerosInit,
  type Module,
  type ParamSpec,
  type Parameters,
  type Sym,
} from '@verilens/nn';

/** A network of pictures read from a TensorFlow.js layers model, as a module and its parameters. */
export interface LayersModel {
  readonly network: Module<object, [x: Sym], Sym>;
  readonly parameters: Parameters;
}

interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, ...unknown[]])[])[];
}

const PLACE = 'generative layersModel';
const ACTIVATIONS: Readonly<Record<string, (x: Sym) => Sym>> = { linear: (x) => x, relu, sigmoid, tanh };

/**
 * Reads the networks that enhance pictures (ESRGAN and its kin): Conv2D, Activation, Concatenate, Add and nearest
 * UpSampling2D, unquantised. Layouts become [N, C, H, W] on the way.
 *
 * @param json the text of `model.json`
 * @param weights its one binary shard
 * @throws VerilensError BAD_MODEL for another file, UNSUPPORTED naming the layer that is not read
 */
export function readLayersModel(json: string, weights: Uint8Array): LayersModel {
  const { layers, output } = topologyOf(json);
  const stored = weightsOf(json, weights);
  const params: Record<string, { kernel: ParamSpec; bias?: ParamSpec }> = {};
  const parameters = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const layer of layers) {
    if (layer.class_name !== 'Conv2D') continue;
    const kernel = channelsFirst(required(stored, `${layer.name}/kernel`));
    parameters.set(`${layer.name}.kernel`, kernel);
    const bias = layer.config['use_bias'] === false ? undefined : required(stored, `${layer.name}/bias`);
    if (bias !== undefined) parameters.set(`${layer.name}.bias`, bias);
    params[layer.name] = {
      kernel: param(kernel.shape, zerosInit()),
      ...(bias === undefined ? {} : { bias: param(bias.shape, zerosInit()) }),
    };
  }
  const network = module('layersModel', params, (p, x: Sym) => {
    const values = new Map<string, Sym>();
    for (const layer of layers) values.set(layer.name, run(layer, p as Readonly<Record<string, ConvSyms>>, values, x));
    return values.get(output)!;
  });
  return { network, parameters };
}

interface ConvSyms {
  readonly kernel: Sym;
  readonly bias?: Sym;
}

function run(layer: Layer, p: Readonly<Record<string, ConvSyms>>, values: ReadonlyMap<string, Sym>, x: Sym): Sym {
  const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => values.get(name)!);
  const { config } = layer;
  switch (layer.class_name) {
    case 'InputLayer':
      return x;
    case 'Conv2D': {
      const { kernel, bias } = p[layer.name]!;
      const [kh, kw] = [kernel.shape[2]!, kernel.shape[3]!];
      demand(layer, kh % 2 === 1 && kw % 2 === 1 && String(config['strides'] ?? '1,1') === '1,1', 'odd kernels at stride 1');
      const padded = config['padding'] === 'same' ? pad(inputs[0]!, [0, 0, kh >> 1, kw >> 1], [0, 0, kh >> 1, kw >> 1]) : inputs[0]!;
      return activation(layer)(conv2d(padded, kernel, bias));
    }
    case 'Activation':
      return activation(layer)(inputs[0]!);
    case 'Concatenate':
      return concat(inputs, 1);
    case 'Add':
      return inputs.reduce((sum, value) => add(sum, value));
    case 'UpSampling2D': {
      const [sh, sw] = config['size'] as [number, number];
      demand(layer, config['interpolation'] === 'nearest', 'nearest interpolation');
      return upsampleNearest(inputs[0]!, [sh, sw]);
    }
    default:
      throw unsupported(layer, 'Conv2D, Activation, Concatenate, Add, UpSampling2D');
  }
}

function activation(layer: Layer): (x: Sym) => Sym {
  const name = String(layer.config['activation'] ?? 'linear');
  return ACTIVATIONS[name] ?? raise(unsupported(layer, `activations ${Object.keys(ACTIVATIONS).join(', ')}`));
}

function topologyOf(json: string): { readonly layers: readonly Layer[]; readonly output: string } {
  try {
    const { config } = JSON.parse(json).modelTopology.model_config;
    const output = config.output_layers[0][0];
    if (Array.isArray(config.layers) && typeof output === 'string') return { layers: config.layers, output };
  } catch {
    // said below
  }
  throw new VerilensError('BAD_MODEL', 'not a layers model', { place: PLACE, expected: 'the model.json of a TensorFlow.js layers model' });
}

type Stored = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

function weightsOf(json: string, bytes: Uint8Array): Stored {
  const groups: readonly { readonly weights: readonly { name: string; shape: number[]; dtype: string; quantization?: object }[] }[] =
    JSON.parse(json).weightsManifest ?? [];
  const stored = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of groups.flatMap((group) => group.weights)) {
    const length = shape.reduce((product, n) => product * n, 1);
    if (dtype !== 'float32' || quantization !== undefined || at + 4 * length > bytes.length) {
      throw new VerilensError('BAD_MODEL', 'the weights cannot be read', {
        place: PLACE,
        expected: 'float32 weights, as many as the manifest says',
        got: `${name}: ${dtype}, ${bytes.length - at} bytes left of ${4 * length}`,
      });
    }
    stored.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(at, at + 4 * length)).buffer) });
    at += 4 * length;
  }
  return stored;
}

/** [kh, kw, in, out] -> [out, in, kh, kw] */
function channelsFirst({ shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array }): {
  shape: readonly number[];
  data: Float32Array;
} {
  const [kh, kw, inputs, outputs] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  for (let place = 0; place < kh * kw; place++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) out[(o * inputs + i) * kh * kw + place] = data[(place * inputs + i) * outputs + o]!;
  return { shape: [outputs, inputs, kh, kw], data: out };
}

function required(stored: Stored, name: string): { readonly shape: readonly number[]; readonly data: Float32Array } {
  return stored.get(name) ?? raise(new VerilensError('BAD_MODEL', `the weight ${name} is missing`, { place: PLACE }));
}

function demand(layer: Layer, holds: boolean, expected: string): void {
  if (!holds) throw unsupported(layer, expected);
}

function unsupported(layer: Layer, expected: string): VerilensError {
  return new VerilensError('UNSUPPORTED', `the layer ${layer.name} is not read`, { place: PLACE, expected, got: layer.class_name });
}

function raise(error: Error): never {
  throw error;
}
