import { Tensor, throwIfAborted, type Runtime, type Session } from '@verilens/core';
import { exportInference, float32, type Parameters, targetOf } from '@verilens/nn';
import { backboneOf } from './backbone.ts';
import { type Cd2Config, featureWidth, PLACE } from './config.ts';
import { headOf } from './head.ts';
import { planeSize, type Planes } from './pixels.ts';

/** Rows [count, width], one after the other. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** Pictures a run: more is no faster and takes more memory. */
const BATCH = 64;

/** The frozen backbone on a runtime. */
export interface Embedder {
  features(pictures: Planes, signal?: AbortSignal): Promise<Rows>;
  dispose(): Promise<void>;
}

export async function openBackbone(runtime: Runtime, config: Cd2Config, parameters: Parameters): Promise<Embedder> {
  const backbone = backboneOf(config);
  const onnx = exportInference({
    module: backbone,
    params: parameters,
    inputs: { pictures: float32(['batch', 3, config.side, config.side]) },
    forward: (p, { pictures }) => ({ features: backbone.apply(p, pictures) }),
    target: targetOf(runtime),
  });
  const session = await runtime.load(onnx, { name: 'cd2 backbone' });
  const width = featureWidth(config);
  return {
    async features({ count, side, data }, signal) {
      const out = new Float32Array(count * width);
      for (let from = 0; from < count; from += BATCH) {
        throwIfAborted(signal, PLACE);
        const rows = Math.min(BATCH, count - from);
        const part = data.subarray(from * planeSize(side), (from + rows) * planeSize(side));
        const { features } = await session.run({ pictures: new Tensor('float32', part, [rows, 3, side, side]) });
        out.set(features!.data as Float32Array, from * width);
      }
      return { count, width, data: out };
    },
    dispose: () => session.dispose(),
  };
}

/** The classifier on a runtime: what a session leaves behind, and the frozen copy that the next one is held to. */
export interface Reader {
  readonly classes: number;
  read(features: Rows, signal?: AbortSignal): Promise<{ readonly hidden: Rows; readonly logits: Rows }>;
  dispose(): Promise<void>;
}

export async function openHead(runtime: Runtime, config: Cd2Config, parameters: Parameters): Promise<Reader> {
  const [classes, width] = parameters.get('rows')!.shape as [number, number];
  const head = headOf(config, classes);
  const onnx = exportInference({
    module: head,
    params: parameters,
    inputs: { features: float32(['batch', width]) },
    forward: (p, { features }) => ({ ...head.apply(p, features) }),
    target: targetOf(runtime),
  });
  const session: Session = await runtime.load(onnx, { name: 'cd2 head' });
  return {
    classes,
    async read({ count, data }, signal) {
      throwIfAborted(signal, PLACE);
      if (count === 0) return { hidden: { count, width, data }, logits: { count, width: classes, data } };
      const { hidden, logits } = await session.run({ features: new Tensor('float32', data, [count, width]) });
      return {
        hidden: { count, width, data: hidden!.data as Float32Array },
        logits: { count, width: classes, data: logits!.data as Float32Array },
      };
    },
    dispose: () => session.dispose(),
  };
}

/** Means of the rows at the places, each counted `weights[place]` times (once when left out). */
export function meanRow({ data, width }: Rows, places: readonly number[], weights?: readonly number[]): Float32Array {
  const out = new Float32Array(width);
  const total = places.reduce((sum, _, i) => sum + (weights?.[i] ?? 1), 0);
  places.forEach((place, i) => {
    const weight = (weights?.[i] ?? 1) / total;
    for (let j = 0; j < width; j++) out[j]! += data[place * width + j]! * weight;
  });
  return out;
}
