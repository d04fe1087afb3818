import { exportInference, float32, type Parameters, unitVectors } from '@verilens/nn';
import type { HybridConfig } from './config.ts';
import type { Stream } from './stream.ts';

/** `pictures` [batch, channels, low, low], 0..1 -> `embedding` [batch, d], rows of length 1, and `logits`. Equal parameters give equal bytes. */
export function exportStudent({ channels, low }: HybridConfig, stream: Stream, params: Parameters): Uint8Array {
  return exportInference({
    module: stream,
    params,
    inputs: { pictures: float32(['batch', channels, low, low]) },
    forward: (p, { pictures }) => {
      const { embedding, logits } = stream.apply(p, pictures);
      return { embedding: unitVectors(embedding), logits };
    },
    target: 'native',
  });
}
