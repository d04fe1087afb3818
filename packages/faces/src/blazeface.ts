import { Tensor, type Face, type Image, type ModelSource, type Runtime } from '@verilens/core';
import { blendOverlapping } from '@verilens/vision';
import { anchorCentres, INPUT_SIZE, type BlazeFaceVariant } from './anchors.ts';
import { FACE_MODEL_CARDS } from './cards.ts';
import { decodeFaces } from './decode.ts';
import { letterbox, type Area } from './letterbox.ts';

/** One loaded BlazeFace network. */
export interface BlazeFace {
  /** Every answer of the network in an area of the picture, overlapping ones blended; in pixels of the whole picture. */
  look(image: Image, area: Area, signal: AbortSignal | undefined): Promise<Face[]>;
  dispose(): Promise<void>;
}

/** @param source the model file; default: the one in this package */
export async function loadBlazeFace(
  runtime: Runtime,
  variant: BlazeFaceVariant,
  minScore: number,
  source?: ModelSource,
  signal?: AbortSignal,
): Promise<BlazeFace> {
  const size = INPUT_SIZE[variant];
  const session = await runtime.load(source ?? shippedFile(variant), {
    card: FACE_MODEL_CARDS[variant],
    signal,
    background: true,
    threads: 1,
  });
  const centres = anchorCentres();
  return {
    async look(image, area, call) {
      const { pixels, placement } = letterbox(image, size, area);
      const answer = await session.run({ 'input:0': new Tensor('float32', pixels, [1, size, size, 3]) }, { transfer: true, signal: call });
      const both = (a: string, b: string): Float32Array => {
        const first = answer[a]!.data as Float32Array;
        const second = answer[b]!.data as Float32Array;
        const joined = new Float32Array(first.length + second.length);
        joined.set(first);
        joined.set(second, first.length);
        return joined;
      };
      const logits = both('Identity:0', 'Identity_1:0');
      const values = both('Identity_2:0', 'Identity_3:0');
      return blendOverlapping(decodeFaces(logits, values, centres, size, placement, minScore));
    },
    dispose: () => session.dispose(),
  };
}

/** Addresses are written out whole: some bundlers (Next.js) follow no others. */
function shippedFile(variant: BlazeFaceVariant): URL {
  return variant === 'front'
    ? new URL('../models/face_detection_front_128x128_barracuda.onnx', import.meta.url)
    : new URL('../models/face_detection_back_256x256_barracuda.onnx', import.meta.url);
}
