/**
 * Gradient x input: Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
 * 2016, https://arxiv.org/abs/1605.01713: the objective's slope at the picture times the picture's difference from the baseline, summed over colours.
 */
import type { SaliencyMethod } from '@verilens/explain';
import { pathPoint, pixelDifference, summedOverColours } from './pixel-path.ts';

export function gradientInput(): SaliencyMethod {
  return {
    name: 'gradient-input',
    needs: 'gradient',
    async run({ image, baseline, gradients }, progress) {
      const difference = pixelDifference(image, baseline);
      let values: Float64Array = new Float64Array(0);
      await gradients(
        1,
        (_, into) => pathPoint(image, baseline, 1, into),
        (_, _value, gradient) => (values = summedOverColours(gradient, difference)),
        progress,
      );
      return { rows: image.height, columns: image.width, values };
    },
  };
}
