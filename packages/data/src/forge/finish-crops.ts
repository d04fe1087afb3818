import type { Image } from '@verilens/core';
import { createRandom } from '../random.ts';
import { finishFrame, halve } from './finish.ts';
import { FORGE_PARAMETERS, type ForgeParameters } from './parameters.ts';
import type { Work } from './pixels.ts';

/**
 * Takes aligned crops of a video through the same end as training clips: reduced to `outputSize`, sensor noise and JPEG
 * at the middle of the ranges that training draws from. A network that learnt from finished clips is to judge finished
 * ones, whatever camera and codec they come from. Equal crops give equal bytes.
 *
 * @param crops of equal size, square, a whole multiple of `outputSize` or not
 * @returns [crops, outputSize, outputSize, 3] RGB bytes
 */
export function finishCrops(crops: readonly Image[], parameters: ForgeParameters = FORGE_PARAMETERS): Uint8Array {
  const { outputSize: size, noise, jpegQuality } = parameters;
  const finish = { noise: (noise[0] + noise[1]) / 2, quality: Math.round((jpegQuality[0] + jpegQuality[1]) / 2) };
  const random = createRandom('data/forge/finish-crops');
  const bytes = size * size * 3;
  const out = new Uint8Array(crops.length * bytes);
  const halved = new Float32Array(bytes);
  crops.forEach((crop, t) => {
    const target = out.subarray(t * bytes, (t + 1) * bytes);
    const whole = crop.width === 2 * size && crop.height === 2 * size;
    const work = whole ? { data: halve(crop.data, 4, size, halved), width: size, height: size } : rgbOf(crop);
    finishFrame(work, size, finish, random, target);
  });
  return out;
}

function rgbOf({ data, width, height }: Image): Work {
  const rgb = new Float32Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { data: rgb, width, height };
}
