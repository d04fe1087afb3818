import { type ModelSource, type Runtime, type Session, Tensor, VerilensError } from '@verilens/core';
import { importOnnx, input, keepChannels, targetOf, writeGraph } from '@verilens/nn';
import type { FeatureExtractor } from './features.ts';

/** Feature maps of the first blocks of somebody's convolutional network. */
export interface NetworkFeatures {
  /** An ONNX file with one input [1, 3, H, W]; what lies behind `tensor` is not needed and not run. */
  readonly model: ModelSource;
  /** Name of the tensor that holds the maps, [1, C, h, w]; `onnxLayers` of `@verilens/nn` lists them. */
  readonly tensor: string;
  /** What the network wants of RGB 0..255: (value - mean) / deviation. Default 127 and 128. */
  readonly mean?: number;
  readonly deviation?: number;
}

const PLACE = 'plugin channel-distillation, network';
/** Pixels a cell that are tried to find the network's own step. */
const TRIAL = 64;

/** A session that gives some channels, or all. */
interface Stage {
  readonly keep: readonly number[];
  readonly session: Session;
}

/**
 * Maps of a network. A session for chosen channels is written with their kernels alone (`keepChannels`): the others are never
 * computed. While it is being made the whole network runs, so that a frame never waits for it.
 * @throws VerilensError BAD_MODEL, UNKNOWN_NAME, UNSUPPORTED
 */
export async function networkFeatures(
  runtime: Runtime,
  { model, tensor, mean = 127, deviation = 128 }: NetworkFeatures,
  cells: number,
): Promise<FeatureExtractor> {
  const bytes = model instanceof Uint8Array ? model : await runtime.read(model);
  const [name] = Object.keys(importOnnx(bytes, { outputs: [tensor] }).inputs) as [string];
  const shapeFor = (side: number): readonly number[] => {
    const { outputs } = importOnnx(bytes, { outputs: [tensor], inputs: { [name]: [1, 3, side, side] } });
    return outputs[tensor]!.shape;
  };
  const trial = shapeFor(TRIAL);
  const step = TRIAL / trial[2]!;
  const size = step * cells;
  const shape = Number.isInteger(step) ? shapeFor(size) : trial;
  if (shape.length !== 4 || shape[2] !== cells || shape[3] !== cells) {
    throw new VerilensError('BAD_MODEL', `"${tensor}" is not a map with a whole number of pixels a cell`, {
      place: PLACE,
      expected: `[1, C, ${cells}, ${cells}] for a picture of ${size} x ${size}`,
      got: `[${shape.join(', ')}]`,
      remedy: 'Name a feature map of the first blocks; onnxLayers lists them.',
    });
  }
  const channels = shape[1]!;

  const load = async (keep: readonly number[]): Promise<Stage> => {
    const image = input(name, { shape: [1, 3, size, size], dtype: 'float32' });
    const net = importOnnx(bytes, { outputs: [tensor], inputs: { [name]: [1, 3, size, size] } });
    const maps = net.apply({}, image)[tensor]!;
    const onnx = writeGraph({
      inputs: { image },
      outputs: { maps: keep.length === channels ? maps : keepChannels(maps, keep) },
      target: targetOf(runtime),
    });
    // one small picture at a time: a thread of its own would only add a copy
    return { keep, session: await runtime.load(onnx, { name: 'channel-distillation features', background: false }) };
  };
  let stage = await load(Array.from({ length: channels }, (_, d) => d));
  const whole = stage;
  let focus: Promise<void> = Promise.resolve();
  let failure: unknown;
  let disposed = false;
  const pixels = new Float32Array(3 * size * size);

  return {
    name: `${tensor} of a network`,
    channels,
    cells,
    size,
    async extract(patch, keep) {
      if (failure !== undefined) throw failure;
      const used = covers(stage.keep, keep) ? stage : whole;
      const plane = size * size;
      for (let i = 0, p = 0; i < plane; i++, p += 3) {
        pixels[i] = (patch[p]! - mean) / deviation;
        pixels[plane + i] = (patch[p + 1]! - mean) / deviation;
        pixels[2 * plane + i] = (patch[p + 2]! - mean) / deviation;
      }
      const { maps } = await used.session.run({ image: new Tensor('float32', pixels, [1, 3, size, size]) });
      return pick(maps!.data as Float32Array, used.keep, keep, cells * cells);
    },
    focus(keep) {
      const next = focus.then(async () => {
        if (disposed || sameList(stage.keep, keep)) return;
        const made = await load(keep);
        const before = stage;
        stage = made;
        if (before !== whole) await before.session.dispose();
        if (disposed) await made.session.dispose();
      });
      focus = next.catch((error: unknown) => {
        failure = error;
      });
      return next;
    },
    async dispose() {
      disposed = true;
      await focus;
      await stage.session.dispose();
      if (stage !== whole) await whole.session.dispose();
    },
  };
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function covers(has: readonly number[], wants: readonly number[]): boolean {
  const set = new Set(has);
  return wants.every((channel) => set.has(channel));
}

function pick(maps: Float32Array, has: readonly number[], wants: readonly number[], plane: number): Float32Array {
  if (sameList(has, wants)) return maps;
  const out = new Float32Array(wants.length * plane);
  wants.forEach((channel, k) => {
    const from = has.indexOf(channel) * plane;
    out.set(maps.subarray(from, from + plane), k * plane);
  });
  return out;
}
