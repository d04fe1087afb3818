import { type EvidenceOptions, type EvidenceReport, type Trainer, VerilensError } from '@verilens/core';
import { evidenceOn } from './evidence.ts';
import { sampleFaces } from './sample-people.ts';

/** Nothing is trained here; what is claimed of the pretrained network can be measured again. */
export const trainer: Trainer = {
  presets: [],
  train() {
    return Promise.reject(
      new VerilensError('UNSUPPORTED', 'this recognizer brings no training', {
        place: 'face-embedding',
        remedy: 'Give your own ArcFace-style ONNX file, and calibrate it with "verilens recognize calibrate".',
      }),
    );
  },
  async evidence({ runtime, seeds, signal, onProgress }: EvidenceOptions): Promise<EvidenceReport> {
    // Late, because the plugin's entry reaches this module.
    const { faceEmbedding } = await import('./index.ts');
    await using recognizer = await faceEmbedding().create({ runtime, signal });
    const faces = await sampleFaces(recognizer, {
      signal,
      onProgress: (message, fraction) => onProgress?.(message, 0.6 * fraction),
    });
    return await evidenceOn(faces, recognizer, {
      seeds,
      signal,
      onProgress: (message, fraction) => onProgress?.(message, 0.6 + 0.4 * fraction),
    });
  },
};
