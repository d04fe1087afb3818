import { type Runtime, VerilensError } from '@verilens/core';
import { add, concat, constant, exportInference, float32, importOnnx, mul, reshape, resize, sum, type Sym, targetOf } from '@verilens/nn';
import { PLACE } from './config.ts';
import type { Planes } from './planes.ts';
import { type Rows, runModel } from './run-stream.ts';

/** A pretrained network as teacher: any ONNX file that takes one picture [N, 1 or 3, H, W] and gives an embedding. */
export interface OnnxTeacher {
  readonly onnx: Uint8Array;
  /** Tensor that holds the embedding, an inner one too. Default: the file's first output. */
  readonly output?: string;
  /** Where the file leaves the sizes of its input free. */
  readonly input?: { readonly name: string; readonly shape: readonly [channels: number, height: number, width: number] };
  /** What the network is given for a value v of 0..1: v * scale + offset. Default 2 and -1: -1..1. */
  readonly scale?: number;
  readonly offset?: number;
}

/**
 * Its embeddings of the good pictures, stretched to the size that it takes, in a graph written by `nn`.
 *
 * @throws VerilensError UNSUPPORTED for a network that does not take one picture, and what `importOnnx` throws
 */
export async function runOnnxTeacher(runtime: Runtime, teacher: OnnxTeacher, pictures: Planes, signal?: AbortSignal): Promise<Rows> {
  const { onnx, output, input: free, scale = 2, offset = -1 } = teacher;
  const network = importOnnx(onnx, {
    ...(output === undefined ? {} : { outputs: [output] }),
    ...(free === undefined ? {} : { inputs: { [free.name]: [1, ...free.shape] } }),
  });
  const [input = '', ...others] = Object.keys(network.inputs);
  const shape = network.inputs[input]?.shape ?? [];
  const [, channels, height, width] = shape;
  if (others.length > 0 || shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new VerilensError('UNSUPPORTED', 'this network cannot teach', {
      place: `${PLACE}, teacher`,
      expected: 'one input [N, 1 or 3, height, width]',
      got: Object.entries(network.inputs)
        .map(([name, { shape: sizes }]) => `${name} [${sizes.join(', ')}]`)
        .join(', '),
      remedy: 'Export it with channels first.',
    });
  }
  const taken = output ?? Object.keys(network.outputs)[0]!;
  const embed = (x: Sym): Sym => {
    const coloured = channels === pictures.channels ? x : channels === 3 ? concat([x, x, x], 1) : brightness(x);
    const given = add(mul(resize(coloured, [height!, width!]), scale), offset);
    const embedding = network.apply({}, { [input]: given })[taken]!;
    return reshape(embedding, [embedding.shape[0]!, -1]);
  };
  const exported = exportInference({
    module: network,
    params: new Map(),
    inputs: { pictures: float32(['batch', pictures.channels, pictures.side, pictures.side]) },
    forward: (_, inputs) => ({ embedding: embed(inputs.pictures) }),
    target: targetOf(runtime),
  });
  return (await runModel(runtime, exported, pictures, ['embedding'], signal))['embedding']!;
}

function brightness(x: Sym): Sym {
  // ITU-R BT.601
  const weights = constant(Float32Array.of(0.299, 0.587, 0.114), [1, 3, 1, 1]);
  return sum(mul(x, weights), 1, { keep: true });
}
