import { type Runtime, Tensor, throwIfAborted } from '@verilens/core';
import { exportInference, float32, type Parameters, targetOf } from '@verilens/nn';
import { PLACE } from './config.ts';
import { planeSize, type Planes } from './planes.ts';
import type { Stream } from './stream.ts';

/** Rows [count, width], one after the other. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** What a stream makes of pictures; no logits where it has no classes. */
export interface Seen {
  readonly embeddings: Rows;
  readonly logits?: Rows;
}

const BATCH = 64;

export async function runStream(
  runtime: Runtime,
  stream: Stream,
  parameters: Parameters,
  pictures: Planes,
  signal?: AbortSignal,
): Promise<Required<Seen>> {
  const { channels, side } = pictures;
  const onnx = exportInference({
    module: stream,
    params: parameters,
    inputs: { pictures: float32(['batch', channels, side, side]) },
    forward: (p, inputs) => ({ ...stream.apply(p, inputs.pictures) }),
    target: targetOf(runtime),
  });
  const { embedding, logits } = await runModel(runtime, onnx, pictures, ['embedding', 'logits'], signal);
  return { embeddings: embedding!, logits: logits! };
}

/** All pictures through a model of one input `pictures`, in batches. */
export async function runModel(
  runtime: Runtime,
  onnx: Uint8Array,
  pictures: Planes,
  outputs: readonly string[],
  signal?: AbortSignal,
): Promise<Readonly<Record<string, Rows>>> {
  const { count, channels, side, data } = pictures;
  const size = planeSize(pictures);
  await using session = await runtime.load(onnx, { name: PLACE });
  const parts = outputs.map((): Float32Array[] => []);
  for (let from = 0; from < count; from += BATCH) {
    throwIfAborted(signal, PLACE);
    const rows = Math.min(BATCH, count - from);
    const batch = data.subarray(from * size, (from + rows) * size);
    const answer = await session.run({ pictures: new Tensor('float32', batch, [rows, channels, side, side]) }, { outputs, signal });
    outputs.forEach((name, i) => parts[i]!.push(answer[name]!.data as Float32Array));
  }
  return Object.fromEntries(outputs.map((name, i) => [name, joined(parts[i]!, count)]));
}

function joined(parts: readonly Float32Array[], count: number): Rows {
  const data = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { count, width: data.length / count, data };
}

export function pickRows({ width, data }: Rows, places: ArrayLike<number>): Float32Array {
  const out = new Float32Array(places.length * width);
  for (let i = 0; i < places.length; i++) out.set(data.subarray(places[i]! * width, (places[i]! + 1) * width), i * width);
  return out;
}

/** As a list, for measures. */
export function listOf({ count, width, data }: Rows): Float32Array[] {
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
