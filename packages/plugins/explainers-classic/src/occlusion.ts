/**
 * Occlusion: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, https://arxiv.org/abs/1311.2901.
 * A window of baseline slides over the picture; where the objective falls most, there the model looks.
 * Deviation: a cell's importance is the mean fall over all windows that cover it, so that overlapping windows give one map.
 */
import type { SaliencyMethod } from '@verilens/explain';
import { fillCells } from '@verilens/metrics';
import { wholeOption } from './option-checks.ts';

export interface OcclusionOptions {
  /** Cells of the map in each direction. Default 16, or fewer for a picture of fewer pixels. */
  readonly cells?: number;
  /** Side of the window in cells; it moves one cell at a time. Default 3. */
  readonly window?: number;
}

export function occlusion(options: OcclusionOptions = {}): SaliencyMethod {
  const wanted = wholeOption('occlusion.cells', options.cells ?? 16, 1, 256);
  const window = wholeOption('occlusion.window', options.window ?? 3, 1, wanted);
  return {
    name: 'occlusion',
    needs: 'scores',
    async run(task, progress) {
      const { image, baseline } = task;
      const [rows, columns] = [Math.min(wanted, image.height), Math.min(wanted, image.width)];
      const [high, wide] = [Math.min(window, rows), Math.min(window, columns)];
      const across = columns - wide + 1;
      const windows = (rows - high + 1) * across;
      const covered = (index: number): Uint8Array => {
        const [top, left] = [Math.floor(index / across), index % across];
        const mask = new Uint8Array(rows * columns);
        for (let row = top; row < top + high; row++) mask.fill(1, row * columns + left, row * columns + left + wide);
        return mask;
      };
      // the untouched picture is judged first, in the same portions
      const values = await task.values(
        windows + 1,
        (index) => (index === 0 ? image : fillCells(image, baseline, covered(index - 1), rows, columns)),
        progress,
      );
      const falls = new Float64Array(rows * columns);
      const counts = new Float64Array(rows * columns);
      for (let index = 0; index < windows; index++) {
        covered(index).forEach((on, cell) => {
          falls[cell]! += on * (values[0]! - values[index + 1]!);
          counts[cell]! += on;
        });
      }
      return { rows, columns, values: falls.map((fall, cell) => fall / counts[cell]!) };
    },
  };
}
