/**
 * Integrated gradients: Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", ICML 2017, https://arxiv.org/abs/1703.01365:
 * the slope along the straight line from the baseline to the picture, integrated. The map's sum is the objective's difference between
 * the two (completeness); how nearly is measured, and the number of steps doubled until the gap is below `tolerance`.
 */
import type { SaliencyMethod } from '@verilens/explain';
import { shareOption, wholeOption } from './option-checks.ts';
import { pathPoint, pixelDifference, summedOverColours } from './pixel-path.ts';

export interface IntegratedGradientsOptions {
  /** Steps of the first attempt (trapezoids). Default 32. */
  readonly steps?: number;
  /** Gap allowed between the map's sum and the difference, as a share of the difference. Default 0.01. */
  readonly tolerance?: number;
  /** No more steps than this, even if the gap is larger: it is reported. Default 512. */
  readonly maxSteps?: number;
}

export function integratedGradients(options: IntegratedGradientsOptions = {}): SaliencyMethod {
  const first = wholeOption('integratedGradients.steps', options.steps ?? 32, 1, 4096);
  const tolerance = shareOption('integratedGradients.tolerance', options.tolerance ?? 0.01, 0, 1);
  const maxSteps = wholeOption('integratedGradients.maxSteps', options.maxSteps ?? Math.max(512, first), first, 65_536);
  return {
    name: 'integrated-gradients',
    needs: 'gradient',
    async run({ image, baseline, gradients }, progress) {
      const difference = pixelDifference(image, baseline);
      const total = new Float64Array(difference.length);
      let [low, high] = [0, 0];
      const add = async (shares: readonly number[], from: number, to: number): Promise<void> => {
        await gradients(
          shares.length,
          (index, into) => pathPoint(image, baseline, shares[index]!, into),
          (index, value, gradient) => {
            const share = shares[index]!;
            if (share === 0) low = value;
            if (share === 1) high = value;
            const weight = share === 0 || share === 1 ? 0.5 : 1;
            for (let k = 0; k < total.length; k++) total[k]! += weight * gradient[k]!;
          },
          (fraction) => progress(from + (to - from) * fraction),
        );
      };
      await add(
        Array.from({ length: first + 1 }, (_, step) => step / first),
        0,
        0.5,
      );
      let steps = first;
      for (;;) {
        const values = summedOverColours(total, difference).map((value) => value / steps);
        const sum = values.reduce((all, value) => all + value, 0);
        const gap = Math.abs(sum - (high - low)) / Math.max(Math.abs(high - low), 1e-6);
        if (gap <= tolerance || steps * 2 > maxSteps) {
          const figures = { completenessGap: gap, attributionSum: sum, objectiveDifference: high - low, steps };
          return { rows: image.height, columns: image.width, values, figures };
        }
        // the points between those there are; the old ones keep their weight
        const reached = 1 - first / steps / 2;
        await add(
          Array.from({ length: steps }, (_, step) => (step + 0.5) / steps),
          reached,
          1 - first / steps / 4,
        );
        steps *= 2;
      }
    },
  };
}
