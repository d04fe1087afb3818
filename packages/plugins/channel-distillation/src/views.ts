import type { Image } from '@verilens/core';
import { samplePatch, type Area } from './patch.ts';

/** One look at the first frame: how far the square is moved (in cells), turned (radians), scaled and softened. */
interface View {
  readonly dx: number;
  readonly dy: number;
  readonly angle?: number;
  readonly scale?: number;
  readonly soft?: boolean;
  readonly light?: number;
}

/**
 * The filter is solved on these, the object as it is first ... Both sets turn it by up to 20 and 29 degrees: channels that follow
 * an upright object and a turning one are not the same, and a choice on nearly upright views lost turning ones.
 */
const FILTERING: readonly View[] = [
  { dx: 0, dy: 0 },
  { dx: 6, dy: 2, angle: 0.35 },
  { dx: -5, dy: 4, soft: true },
  { dx: -2, dy: -6, angle: -0.35 },
  { dx: 3, dy: -3, angle: 0.15 },
  { dx: -4, dy: 0, light: 1.15 },
  { dx: 1, dy: 5, scale: 1.05 },
  { dx: 5, dy: -5, angle: -0.15 },
];
/** ... and channels are chosen on these, which it has not seen. */
const SELECTING: readonly View[] = [
  { dx: -6, dy: -2 },
  { dx: 4, dy: 5, angle: 0.3, soft: true },
  { dx: 2, dy: -4, angle: 0.15 },
  { dx: -3, dy: 3, angle: -0.3, light: 0.85 },
  { dx: 6, dy: -1, angle: 0.5, scale: 0.95 },
  { dx: 0, dy: 6, angle: -0.15 },
  { dx: -5, dy: -5, angle: -0.5, soft: true },
  { dx: 3, dy: 1, light: 1.1 },
];

/** A patch and where the object's middle lies in it, in cells from the middle. */
export interface LabelledPatch {
  readonly patch: Float32Array;
  readonly dx: number;
  readonly dy: number;
}

export interface FirstViews {
  readonly filtering: readonly LabelledPatch[];
  readonly selecting: readonly LabelledPatch[];
  /** A control: channels are chosen on the very picture that the filter of the choice is solved on. */
  readonly onOneSample?: boolean;
}

/** Patches of the first frame in two sets that share no view. They are fixed, not drawn, so that a run can be repeated. */
export function firstViews(image: Image, area: Area, size: number, cells: number): FirstViews {
  const take = (view: View): LabelledPatch => {
    const { dx, dy, angle = 0, scale = 1, soft = false, light = 1 } = view;
    const [width, height] = [area.width * scale, area.height * scale];
    // the square moves and turns one way, so the object lies the other way in it
    const [u, v] = [(-dx * width) / cells, (-dy * height) / cells];
    const [x, y] = [area.x + Math.cos(angle) * u - Math.sin(angle) * v, area.y + Math.sin(angle) * u + Math.cos(angle) * v];
    const patch = samplePatch(image, { x, y, width, height, angle }, size, new Float32Array(size * size * 3));
    if (soft) soften(patch, size);
    if (light !== 1) for (let i = 0; i < patch.length; i++) patch[i] = Math.min(255, patch[i]! * light);
    return { patch, dx, dy };
  };
  return { filtering: FILTERING.map(take), selecting: SELECTING.map(take) };
}

/** A 3 x 3 mean, in place: a mild blur. */
function soften(patch: Float32Array, size: number): void {
  const source = patch.slice();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) {
        let total = 0;
        for (let j = -1; j <= 1; j++) {
          const row = Math.min(Math.max(y + j, 0), size - 1) * size;
          for (let i = -1; i <= 1; i++) total += source[(row + Math.min(Math.max(x + i, 0), size - 1)) * 3 + c]!;
        }
        patch[(y * size + x) * 3 + c] = total / 9;
      }
    }
  }
}
