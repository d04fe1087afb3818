/**
 * RISE: Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box Models", BMVC 2018,
 * https://arxiv.org/abs/1806.07421. Random smooth masks; a pixel is important if the objective is high whenever it is seen.
 * Deviations: the map is the covariance of the objective with the mask, not their mean product, so that a pixel of no effect has 0
 * rather than the mean score (the order is that of the paper in the limit, the variance lower); what is masked turns into the
 * baseline, not always black; the default is 1,000 masks, not 4,000 to 8,000.
 */
import { blendPixels, perturbScoreFit, type SaliencyMethod } from '@verilens/explain';
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
    run(task, progress) {
      const { image, baseline, seed } = task;
      const { width, height } = image;
      return perturbScoreFit<Float32Array>(
        task,
        {
          samples: masks,
          // a mask can be made again from its number, so none has to be kept
          change: (index) => smoothMask(seed, index, width, height, cells, keep),
          picture: (mask) => blendPixels(image, baseline, (pixel) => mask[pixel]!),
          fit({ change, values }) {
            const mean = values.reduce((sum, value) => sum + value, 0) / masks;
            const map = new Float64Array(width * height);
            values.forEach((value, index) => {
              const weight = (value - mean) / (masks * keep * (1 - keep));
              change(index).forEach((seen, pixel) => (map[pixel]! += weight * seen));
            });
            return { rows: height, columns: width, values: map };
          },
        },
        progress,
      );
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
