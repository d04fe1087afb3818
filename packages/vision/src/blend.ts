import { VerilensError, type Image } from '@verilens/core';
import { checkImage, outputImage, type Plane } from './image.ts';

/** over where the mask (0..1) is 1, under where it is 0: under + (over - under) * mask. Keeps the alpha of `under`. */
export function blendMask(under: Image, over: Image, mask: Plane, out?: Image): Image {
  const place = 'vision.blendMask';
  checkImage(under, place);
  checkImage(over, place);
  if (over.width !== under.width || over.height !== under.height || mask.width !== under.width || mask.height !== under.height) {
    throw new VerilensError('BAD_INPUT', 'pictures and mask differ in size', {
      place,
      expected: `${under.width} x ${under.height}`,
      got: `${over.width} x ${over.height}, mask ${mask.width} x ${mask.height}`,
    });
  }
  const target = outputImage(out, under.width, under.height, place);
  for (let i = 0, p = 0; i < mask.data.length; i++, p += 4) {
    const m = mask.data[i]!;
    for (let k = 0; k < 3; k++) target.data[p + k] = (under.data[p + k]! + (over.data[p + k]! - under.data[p + k]!) * m + 0.5) | 0;
    target.data[p + 3] = under.data[p + 3]!;
  }
  return target;
}
