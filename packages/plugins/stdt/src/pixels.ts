import { VerilensError, type FaceClip } from '@verilens/core';
import { finishCrops, FORGE_PARAMETERS } from '@verilens/data';
import type { StdtConfig } from './config.ts';
import type { ClipPixels } from './traces.ts';

/** The RGB pixels [frames, size, size, 3] a network sees of a face clip: reduced and finished as the clips it learnt from. */
export function clipPixels(clip: FaceClip, config: StdtConfig): ClipPixels {
  const crop = clip.crops[0];
  if (
    clip.crops.length !== config.frames ||
    crop === undefined ||
    clip.crops.some(({ width, height }) => width !== crop.width || height !== crop.width)
  ) {
    throw new VerilensError('BAD_INPUT', 'a face clip of another shape', {
      place: 'plugin stdt',
      expected: `${config.frames} square crops of one size`,
      got: `${clip.crops.length} crops, the first ${crop?.width} x ${crop?.height}`,
    });
  }
  return finishCrops(clip.crops, { ...FORGE_PARAMETERS, outputSize: config.faceSize });
}
