import { VerilensError } from '@verilens/core';
import {
  add,
  constant,
  exportInference,
  flip,
  float32,
  gradients,
  importOnnx,
  mul,
  onnxLayers,
  reshape,
  sigmoid,
  softmax,
  sum,
  transpose,
  type Sym,
  type Target,
} from '@verilens/nn';
import type { ImageModelShape } from './image-model.ts';

/** Weights of red, green and blue in the luminance, as `luminance` of vision has them. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** What a graph is made from. */
export interface GraphRequest {
  readonly bytes: Uint8Array;
  readonly shape: ImageModelShape;
  /** Scores per picture. */
  readonly outputs: number;
  readonly target: Target;
}

/**
 * The graph `pixels [N, 3, H, W], weights [N, K] -> scores [N, K], gradient [N, 3, H, W]`: preparation, the imported file, and the
 * derivative of the weighted sum of its scores. A file that treats its batch as one is written for one picture (`batch` 1).
 */
export function pixelGradientGraph(request: GraphRequest): PixelGraph {
  return freeOrSingle((batch) =>
    exportGraph(request, batch, [], ({ pixels, weights, scores }) => ({
      scores,
      gradient: gradients(sum(mul(weights, scores)), [pixels])[0]!,
    })),
  );
}

/** The graph `pixels [N, 3, H, W] -> scores [N, K]`; made like the other, so that both prepare alike. */
export function pixelScoreGraph(request: GraphRequest): PixelGraph {
  return freeOrSingle((batch) => exportGraph(request, batch, [], ({ scores }) => ({ scores })));
}

export interface PixelGraph {
  readonly bytes: Uint8Array;
  /** Pictures in one run, where they cannot be any number. */
  readonly batch: number | undefined;
}

function freeOrSingle(write: (batch: number | string) => Uint8Array): PixelGraph {
  try {
    return { bytes: write('N'), batch: undefined };
  } catch (error) {
    if (!(error instanceof VerilensError) || !['UNSUPPORTED', 'BAD_SHAPE'].includes(error.code)) throw error;
    return { bytes: write(1), batch: 1 };
  }
}

/** The last of the layers whose maps have more than one cell: a network may end in convolutions of a single one. */
export function lastFeatureMap({ bytes, shape }: GraphRequest, layers: readonly string[]): string | undefined {
  if (layers.length === 0) return undefined;
  const { outputs } = importOnnx(bytes, { outputs: layers, inputs: inputSizes(shape) });
  return layers.findLast((layer) => {
    const sizes = outputs[layer]!.shape;
    return sizes.length === 4 && sizes[2]! * sizes[3]! > 1;
  });
}

function inputSizes({ input, layout, channels, width, height, batch }: ImageModelShape): Readonly<Record<string, readonly number[]>> {
  return { [input]: [batch ?? 1, ...(layout === 'nchw' ? [channels, height, width] : [height, width, channels])] };
}

/** The graph `pixels [1, 3, H, W], weights [1, K] -> scores, activation [1, C, h, w], gradient [1, C, h, w]` of one layer. */
export function layerGradientGraph(request: GraphRequest, tensor: string): Uint8Array {
  return exportGraph(request, 1, [tensor], ({ weights, scores, taps }) => {
    const activation = taps[0]!;
    if (activation.shape.length !== 4)
      throw new VerilensError('BAD_SHAPE', `layer "${tensor}" is no feature map`, {
        place: 'explain layers',
        expected: '[N, C, h, w]',
        got: `[${activation.shape.join(', ')}]`,
        remedy: 'Name a convolution, or leave the layer out for the last one.',
      });
    return { scores, activation, gradient: gradients(sum(mul(weights, scores)), [activation])[0]! };
  });
}

interface Traced {
  readonly pixels: Sym;
  readonly weights: Sym;
  readonly scores: Sym;
  readonly taps: readonly Sym[];
}

function exportGraph(
  { bytes, shape, outputs, target }: GraphRequest,
  batch: number | string,
  taps: readonly string[],
  build: (traced: Traced) => Readonly<Record<string, Sym>>,
): Uint8Array {
  const { width, height } = shape;
  const net = importOnnx(bytes, { outputs: [shape.output, ...taps], inputs: inputSizes(shape) });
  return exportInference({
    module: net,
    params: new Map(),
    inputs: { pixels: float32([batch, 3, height, width]), weights: float32([batch, outputs]) },
    target,
    forward: (_, { pixels, weights }) => {
      const found = net.apply({}, { [shape.input]: prepared(pixels, shape) });
      const flat = reshape(found[shape.output]!, [pixels.shape[0]!, outputs]);
      const scores = shape.activation === 'softmax' ? softmax(flat) : shape.activation === 'sigmoid' ? sigmoid(flat) : flat;
      return build({ pixels, weights, scores, taps: taps.map((name) => found[name]!) });
    },
  });
}

/** pixels [N, 3, H, W], RGB 0..1 -> what the file takes. */
function prepared(pixels: Sym, { channels, layout, order, divide, mean, std }: ImageModelShape): Sym {
  const per = (values: readonly number[]): Sym => constant(Float32Array.from(values), [1, values.length, 1, 1]);
  const ordered = channels === 1 ? sum(mul(pixels, per(LUMA)), 1, { keep: true }) : order === 'bgr' ? flip(pixels, 1) : pixels;
  const used = Array.from({ length: channels }, (_, k) => k);
  const scaled = add(mul(ordered, per(used.map((k) => 255 / divide / std[k]!))), per(used.map((k) => -mean[k]! / std[k]!)));
  return layout === 'nchw' ? scaled : transpose(scaled, [0, 2, 3, 1]);
}

/** What follows a convolution and still belongs to it: Grad-CAM looks at the rectified, normalised map. */
const TAIL = new Set(['BatchNormalization', 'Relu', 'LeakyRelu', 'PRelu', 'Clip', 'Elu', 'Selu']);

/**
 * Feature maps of the convolutions that the output depends on, in the order they are computed: each convolution's tensor, or that of the
 * normalisation and rectifier that alone take it.
 */
export function convolutionLayers(bytes: Uint8Array, output: string): readonly string[] {
  const nodes = onnxLayers(bytes);
  const makers = new Map(nodes.map((node) => [node.tensor, node]));
  const takers = (tensor: string): typeof nodes => nodes.filter(({ inputs }) => inputs.includes(tensor));
  const needed = new Set<string>();
  const open = [output];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (needed.has(tensor)) continue;
    needed.add(tensor);
    open.push(...(makers.get(tensor)?.inputs ?? []));
  }
  const tails = nodes
    .filter(({ op, tensor }) => op === 'Conv' && needed.has(tensor))
    .map(({ tensor }) => {
      let last = tensor;
      for (let next = takers(last); next.length === 1 && TAIL.has(next[0]!.op) && last !== output; next = takers(last))
        last = next[0]!.tensor;
      return last;
    });
  return [...new Set(tails)];
}

/** The tensor meant by a layer's name: a tensor's, or a node's. @throws VerilensError UNKNOWN_NAME listing the convolutions */
export function layerTensor(bytes: Uint8Array, name: string, layers: readonly string[]): string {
  const found = onnxLayers(bytes).find(({ tensor, node }) => tensor === name || (node !== '' && node === name));
  if (found !== undefined) return found.tensor;
  throw new VerilensError('UNKNOWN_NAME', `the file has no layer "${name}"`, {
    place: 'explain layers',
    expected: `a tensor or node of the file; convolutions: ${layers.slice(-20).join(', ') || 'none'}`,
  });
}
