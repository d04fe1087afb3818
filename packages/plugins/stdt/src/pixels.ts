import { VerilensError, type FaceClip } from '@verilens/core';
import { finishCrops, FORGE_PARAMETERS } from '@verilens/data';
import type { StdtConfig } from './config.ts';
import type { ClipPixels } from './traces.ts';

/** Side of the crops asked for: twice what the network sees, so that one interpolation and one reduction make a face. */
export function cropSize(config: StdtConfig): number {
  return 2 * config.faceSize;
}

/** The RGB pixels [frames, size, size, 3] a network sees of a face clip: reduced and finished as the clips it learnt from. */
export function clipPixels(clip: FaceClip, config: StdtConfig): ClipPixels {
  const size = cropSize(config);
  const crop = clip.crops.find(({ width, height }) => width !== size || height !== size);
  if (clip.crops.length !== config.frames || crop !== undefined) {
    throw new VerilensError('BAD_SHAPE', 'a face clip of another shape', {
      place: 'plugin stdt',
      expected: `${config.frames} crops of ${size} x ${size}`,
      got: crop === undefined ? `${clip.crops.length} crops` : `a crop of ${crop.width} x ${crop.height}`,
      remedy: "Cut clips as the detector's `demand` says.",
    });
  }
  return finishCrops(clip.crops, { ...FORGE_PARAMETERS, outputSize: config.faceSize });
}
