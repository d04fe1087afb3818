/**
 * RISE: Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models", BMVC 2018,
 * https://arxiv.org/abs/1806.07421. Random smooth masks; a pixel is important if the objective is high whenever it is seen.
 * Deviations: the map is the covariance of the objective with the mask, not their mean product, so that a pixel of no effect has 0
 * rather than the mean score (the order is that of the paper in the limit, the variance lower); what is masked turns into the
 * baseline, not always black; the default is 1,000 masks, not 4,000 to 8,000.
 */
import type { Image } from '@verilens/core';
import type { SaliencyMethod } from '@verilens/explain';
import { random } from '@verilens/nn';
import { shareOption, wholeOption } from './option-checks.ts';

export interface RiseOptions {
  /** Masks, each one run of the model. Default 1000; the paper has 4000 to 8000. */
  readonly masks?: number;
  /** Cells of a mask in each direction before it is enlarged. Default 7. */
  readonly cells?: number;
  /** Chance of a cell to be seen. Default 0.5. */
  readonly keep?: number;
}

export function rise(options: RiseOptions = {}): SaliencyMethod {
  const masks = wholeOption('rise.masks', options.masks ?? 1000, 2, 1e6);
  const cells = wholeOption('rise.cells', options.cells ?? 7, 1, 64);
  const keep = shareOption('rise.keep', options.keep ?? 0.5, 0, 0.999);
  return {
    name: 'rise',
    needs: 'scores',
    async run({ image, baseline, seed, values }, progress) {
      const { width, height } = image;
      // a mask can be made again from its number, so none has to be kept
      const maskOf = (index: number): Float32Array => smoothMask(seed, index, width, height, cells, keep);
      const found = await values(masks, (index) => blend(image, baseline, maskOf(index)), progress);
      const mean = found.reduce((sum, value) => sum + value, 0) / masks;
      const map = new Float64Array(width * height);
      for (let index = 0; index < masks; index++) {
        const weight = (found[index]! - mean) / (masks * keep * (1 - keep));
        maskOf(index).forEach((seen, pixel) => (map[pixel]! += weight * seen));
      }
      return { rows: height, columns: width, values: map };
    },
  };
}

/** Random cells of 0 and 1, enlarged bilinearly to a little more than the picture and cut out at a random place: 0..1 a pixel. */
function smoothMask(seed: number, index: number, width: number, height: number, cells: number, keep: number): Float32Array {
  const draw = random(seed, 'rise', index);
  const side = cells + 1;
  const grid = Float32Array.from({ length: side * side }, () => Number(draw.uniform() < keep));
  const [offsetX, offsetY] = [draw.uniform(), draw.uniform()];
  const mask = new Float32Array(width * height);
  const columns = Array.from({ length: width }, (_, x) => tap(((x + 0.5) * cells) / width + offsetX - 0.5, side));
  for (let y = 0; y < height; y++) {
    const [top, bottom, fy] = tap(((y + 0.5) * cells) / height + offsetY - 0.5, side);
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = columns[x]!;
      const above = grid[top * side + left]! * (1 - fx) + grid[top * side + right]! * fx;
      const below = grid[bottom * side + left]! * (1 - fx) + grid[bottom * side + right]! * fx;
      mask[y * width + x] = above + (below - above) * fy;
    }
  }
  return mask;
}

function tap(at: number, side: number): readonly [low: number, high: number, fraction: number] {
  const inside = Math.min(side - 1, Math.max(0, at));
  const low = Math.floor(inside);
  return [low, Math.min(side - 1, low + 1), inside - low];
}

function blend(image: Image, baseline: Image, mask: Float32Array): Image {
  const data = new Uint8ClampedArray(image.data.length);
  mask.forEach((seen, pixel) => {
    for (let p = pixel * 4; p < pixel * 4 + 4; p++) data[p] = image.data[p]! * seen + baseline.data[p]! * (1 - seen);
  });
  return { data, width: image.width, height: image.height };
}
