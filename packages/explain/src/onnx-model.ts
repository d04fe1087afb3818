import {
  type CallOptions,
  type ExplainableModel,
  type Image,
  type ModelSource,
  type Runtime,
  type Session,
  Tensor,
  type TensorMap,
  VerilensError,
} from '@verilens/core';
import { targetOf } from '@verilens/nn';
import { createImage, luminance, toTensor } from '@verilens/vision';
import {
  convolutionLayers,
  lastFeatureMap,
  layerGradientGraph,
  layerTensor,
  type PixelGraph,
  pixelGradientGraph,
  pixelScoreGraph,
} from './gradient-graph.ts';
import { type ImageModelDescription, type ImageModelShape, settleShape } from './image-model.ts';
import { resizeTo } from './prepare.ts';

export interface OnnxModelOptions extends CallOptions {
  readonly runtime: Runtime;
  readonly description?: ImageModelDescription;
  /** Used in errors and reports. Default: the path, or `model`. */
  readonly name?: string;
}

/** An ONNX file as an explainer sees it. Owns its sessions. */
export interface OnnxModel extends ExplainableModel, AsyncDisposable {
  readonly size: { readonly width: number; readonly height: number };
  /** Every choice of the description, made. */
  readonly shape: ImageModelShape;
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX file that looks at pictures. Scores come from the file as it is, on any device; gradients and layers from
 * graphs written for it by `@verilens/nn` when they are first asked for.
 * @throws VerilensError BAD_MODEL without a picture input, BAD_OPTION where the description lacks something, and what `Runtime.load` throws
 * @example
 * await using model = await openOnnxModel('classifier.onnx', { runtime, description: { mean: IMAGENET_MEAN, std: IMAGENET_STD, labels } });
 */
export async function openOnnxModel(source: ModelSource, options: OnnxModelOptions): Promise<OnnxModel> {
  const { runtime, description = {}, signal } = options;
  const name = options.name ?? (source instanceof Uint8Array ? 'model' : String(source));
  const bytes = source instanceof Uint8Array ? source : await runtime.read(source, { signal });
  const session = await runtime.load(source, { name, signal });
  const extra = new Map<string, Promise<Session>>();
  const portions = new Map<string, number | undefined>();
  let disposed = false;
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    const others = await Promise.allSettled(extra.values());
    await Promise.all(
      [session, ...others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))].map((one) => one.dispose()),
    );
  };
  try {
    const shape = settleShape(description, session, name);
    const { width, height } = shape;
    const scores = async (images: readonly Image[], call: CallOptions = {}): Promise<readonly Float32Array[]> => {
      if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: name, remedy: 'Open it again.' });
      const portion = shape.batch ?? images.length;
      const rows: Float32Array[] = [];
      for (let from = 0; from < images.length; from += portion) {
        const some = images.slice(from, from + portion);
        const found = await session.run({ [shape.input]: batchOf(some, portion, shape) }, { outputs: [shape.output], signal: call.signal });
        rows.push(...rowsOf(found[shape.output]!, portion, shape, name).slice(0, some.length));
      }
      return rows;
    };
    const [probe] = await scores([createImage(width, height, [128, 128, 128])], { signal });
    const count = probe!.length;
    const outputs = description.labels ?? Array.from({ length: count }, (_, place) => String(place));
    if (outputs.length !== count)
      throw new VerilensError('BAD_OPTION', 'there is not one label per score', {
        place: name,
        expected: `${count} labels`,
        got: String(outputs.length),
      });
    const request = { bytes, shape, outputs: count, target: targetOf(runtime) };
    const graph = (key: string, write: () => Uint8Array, call: CallOptions | undefined): Promise<Session> => {
      if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: name, remedy: 'Open it again.' });
      let loading = extra.get(key);
      if (loading === undefined) {
        loading = runtime.load(write(), { name: `${name} (${key})`, signal: call?.signal });
        extra.set(key, loading);
        loading.catch(() => extra.delete(key));
      }
      return loading;
    };
    const pixelGraph = async (key: string, write: () => PixelGraph, call: CallOptions | undefined): Promise<PixelSession> => {
      let portion = portions.get(key);
      const session = await graph(
        key,
        () => {
          const { bytes, batch } = write();
          portions.set(key, (portion = batch));
          return bytes;
        },
        call,
      );
      return { session, portion };
    };
    const layers = convolutionLayers(bytes, shape.output);
    let chosen: string | undefined;
    return {
      name,
      outputs,
      size: { width, height },
      shape,
      score: scores,
      async gradient(pixels, weights, call) {
        const own = await pixelGraph('gradient', () => pixelGradientGraph(request), call);
        const { scores, gradient } = await inPortions(own, pixels, weights, call);
        return { scores, gradient: gradient! };
      },
      async scorePixels(pixels, call) {
        const own = await pixelGraph('pixels', () => pixelScoreGraph(request), call);
        const nothing = new Array<Float32Array>(pixels.dims[0]!).fill(new Float32Array(count));
        return (await inPortions(own, pixels, nothing, call)).scores;
      },
      layers,
      async features(pixels, weights, call = {}) {
        const layer = call.layer === undefined ? (chosen ??= lastFeatureMap(request, layers)) : layerTensor(bytes, call.layer, layers);
        if (layer === undefined)
          throw new VerilensError('UNSUPPORTED', 'the file has no convolution', {
            place: name,
            remedy: 'Name a layer whose tensor is [N, C, h, w].',
          });
        if (weights.length !== 1)
          throw new VerilensError('BAD_INPUT', 'layers are shown for one picture', { place: name, got: String(weights.length) });
        const own = await graph(`layer ${layer}`, () => layerGradientGraph(request, layer), call);
        const found = await own.run({ pixels, weights: matrix(weights) }, { signal: call.signal });
        return { layer, scores: [found['scores']!.data as Float32Array], activation: found['activation']!, gradient: found['gradient']! };
      },
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A graph on pixels, and how many pictures it takes at once (any number when undefined). */
interface PixelSession {
  readonly session: Session;
  readonly portion: number | undefined;
}

async function inPortions(
  { session, portion = Infinity }: PixelSession,
  pixels: Tensor,
  weights: readonly Float32Array[],
  call: CallOptions | undefined,
): Promise<{ scores: readonly Float32Array[]; gradient: Tensor | undefined }> {
  const data = pixels.data as Float32Array;
  const each = data.length / weights.length;
  const takesWeights = session.inputs.some(({ name }) => name === 'weights');
  const scores: Float32Array[] = [];
  let gradient: Float32Array | undefined;
  for (let from = 0; from < weights.length; from += portion) {
    const rows = weights.slice(from, from + portion);
    const part = new Tensor('float32', data.subarray(from * each, (from + rows.length) * each), [rows.length, ...pixels.dims.slice(1)]);
    const feeds: TensorMap = takesWeights ? { pixels: part, weights: matrix(rows) } : { pixels: part };
    const found = await session.run(feeds, { signal: call?.signal });
    scores.push(...split(found['scores']!.data as Float32Array, rows.length));
    if (found['gradient'] === undefined) continue;
    gradient ??= new Float32Array(data.length);
    gradient.set(found['gradient'].data as Float32Array, from * each);
  }
  return { scores, gradient: gradient && new Tensor('float32', gradient, pixels.dims) };
}

/** Pictures as the file takes them; rows beyond the pictures stay 0. */
function batchOf(images: readonly Image[], portion: number, shape: ImageModelShape): Tensor {
  const { width, height, channels, layout, order, divide, mean, std } = shape;
  const each = channels * width * height;
  const data = new Float32Array(portion * each);
  images.forEach((image, place) => {
    const fitted = resizeTo(image, width, height);
    if (channels === 3) {
      toTensor(fitted, data, place * each, { divide, mean, std, order, layout: layout === 'nchw' ? 'chw' : 'hwc' });
      return;
    }
    const grey = luminance(fitted).data;
    for (let k = 0; k < each; k++) data[place * each + k] = (grey[k]! / divide - mean[0]) / std[0];
  });
  return new Tensor('float32', data, layout === 'nchw' ? [portion, channels, height, width] : [portion, height, width, channels]);
}

function rowsOf(tensor: Tensor, count: number, shape: ImageModelShape, place: string): readonly Float32Array[] {
  const { data } = tensor;
  if (!(data instanceof Float32Array) || data.length === 0 || data.length % count !== 0 || tensor.dims[0] !== count)
    throw new VerilensError('BAD_MODEL', `output "${shape.output}" gives no scores`, {
      place,
      expected: `float32 [${count}, scores]`,
      got: `${tensor.type}[${tensor.dims.join(', ')}]`,
      remedy: 'Name another output in the description.',
    });
  return split(data, count).map((row) => activated(row, shape.activation));
}

function activated(row: Float32Array, activation: ImageModelShape['activation']): Float32Array {
  if (activation === undefined) return row;
  if (activation === 'sigmoid') return row.map((score) => 1 / (1 + Math.exp(-score)));
  const top = row.reduce((best, score) => Math.max(best, score), -Infinity);
  const shares = row.map((score) => Math.exp(score - top));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function split(data: Float32Array, count: number): readonly Float32Array[] {
  const each = data.length / count;
  return Array.from({ length: count }, (_, row) => data.slice(row * each, (row + 1) * each));
}

function matrix(rows: readonly Float32Array[]): Tensor {
  const width = rows[0]!.length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, place) => data.set(row, place * width));
  return new Tensor('float32', data, [rows.length, width]);
}
