import { type Image, VerilensError } from '@verilens/core';
import { composeAffine, resizeArea, scaling, translation, warpAffine } from '@verilens/vision';
import { exactCos, exactSin } from '../exact-math.ts';
import type { Random } from '../random.ts';

/** How one drawing becomes many pictures. */
export interface ViewOptions {
  /** Of the picture, in pixels. */
  readonly side: number;
  /** Turned by at most so many degrees to either side. Default 15. */
  readonly turn?: number;
  /** Side of the drawing as shares of the picture's, drawn from this range. Default 0.75 to 1. */
  readonly size?: readonly [least: number, most: number];
  /** Moved by at most this share of the side, beyond which it would leave the picture when turned. Default 0.06. */
  readonly shift?: number;
  /** Colours are multiplied by 1 - light to 1 + light, each channel alike. Default 0.15. */
  readonly light?: number;
  /** Half the time the other way round. Default false: a mirrored sign is another sign. */
  readonly mirror?: boolean;
}

/** Larger than the picture, so that turning and shrinking are one averaging instead of two. */
const OVERSAMPLING = 2;

/**
 * A drawing with transparent surroundings laid on a plain ground of random colour: turned, sized, moved and lit at random.
 *
 * @throws VerilensError BAD_OPTION, BAD_INPUT
 */
export function viewOfDrawing(drawing: Image, options: ViewOptions, random: Random): Image {
  const { side, turn = 15, size = [0.75, 1], shift = 0.06, light = 0.15, mirror = false } = options;
  if (!Number.isInteger(side) || side < 4 || !(size[0] > 0 && size[0] <= size[1])) {
    throw new VerilensError('BAD_OPTION', 'this size cannot be drawn', {
      place: 'viewOfDrawing',
      expected: 'a whole side of 4 or more, and 0 < least <= most',
      got: `side ${side}, size ${size.join(' to ')}`,
    });
  }
  const large = side * OVERSAMPLING;
  const angle = (random.uniform(-turn, turn) * Math.PI) / 180;
  const scale = (random.uniform(...size) * large) / Math.max(drawing.width, drawing.height);
  const [dx, dy] = [random.uniform(-shift, shift) * large, random.uniform(-shift, shift) * large];
  const way = mirror && random.chance(0.5) ? -1 : 1;
  const gain = 1 + random.uniform(-light, light);
  const ground = [0, 1, 2].map(() => random.uniform(120, 255));
  const onGround = flattened(drawing, ground);
  // warping does not average over areas
  const fitted =
    scale < 1
      ? resizeArea(onGround, Math.max(1, Math.round(onGround.width * scale)), Math.max(1, Math.round(onGround.height * scale)))
      : onGround;
  const rest = (scale * Math.max(drawing.width, drawing.height)) / Math.max(fitted.width, fitted.height);
  const [cos, sin] = [exactCos(angle), exactSin(angle)];
  const centre = (large - 1) / 2;
  const map = composeAffine(
    translation(-(fitted.width - 1) / 2, -(fitted.height - 1) / 2),
    scaling(way * rest, rest),
    [cos, -sin, 0, sin, cos, 0],
    translation(centre + dx, centre + dy),
  );
  const warped = warpAffine(fitted, map, large, large, { fill: [ground[0]!, ground[1]!, ground[2]!, 255] });
  const view = resizeArea(warped, side, side);
  for (let i = 0; i < view.data.length; i++) if (i % 4 !== 3) view.data[i] = view.data[i]! * gain;
  return view;
}

function flattened({ data, width, height }: Image, ground: readonly number[]): Image {
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) out[i + channel] = alpha * data[i + channel]! + (1 - alpha) * ground[channel]!;
    out[i + 3] = 255;
  }
  return { data: out, width, height };
}
