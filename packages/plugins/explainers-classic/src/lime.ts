/**
 * LIME for pictures: Ribeiro, Singh and Guestrin, "Why Should I Trust You? Explaining the Predictions of Any Classifier", KDD 2016,
 * https://arxiv.org/abs/1602.04938. Superpixels are switched on and off at random; a linear model, weighted by nearness to the whole
 * picture and with a ridge penalty, says what each is worth.
 * Deviations: SLIC superpixels instead of quickshift; a switched-off one turns into the baseline; no choice of few features, since a map shows all.
 */
import { VerilensError } from '@verilens/core';
import { blendPixels, perturbScoreFit, ridgeProblem, type SaliencyMethod } from '@verilens/explain';
import { surrogateFidelity } from '@verilens/metrics';
import { random } from '@verilens/nn';
import { superpixels } from '@verilens/vision';
import { shareOption, wholeOption } from './option-checks.ts';

export interface LimeOptions {
  /** Samples, each one run of the model. Default 1000. */
  readonly samples?: number;
  /** Superpixels, about. Default 50. */
  readonly segments?: number;
  /** Width of the kernel on the cosine distance to the whole picture. Default 0.25. */
  readonly kernelWidth?: number;
  /** Ridge penalty. Default 1. */
  readonly penalty?: number;
}

export function lime(options: LimeOptions = {}): SaliencyMethod {
  const samples = wholeOption('lime.samples', options.samples ?? 1000, 10, 1e6);
  const segments = wholeOption('lime.segments', options.segments ?? 50, 2, 1000);
  const kernelWidth = shareOption('lime.kernelWidth', options.kernelWidth ?? 0.25, 0, 100);
  const penalty = shareOption('lime.penalty', options.penalty ?? 1, 0, 1e6);
  return {
    name: 'lime',
    needs: 'scores',
    async run(task, progress) {
      const { image, baseline, seed } = task;
      const parts = superpixels(image, { segments });
      if (parts.count < 2)
        throw new VerilensError('BAD_INPUT', 'the picture is too small for superpixels', {
          place: 'plugin explainers-classic',
          got: `${image.width} x ${image.height}`,
          remedy: 'Use another method.',
        });
      const draw = random(seed, 'lime');
      // the first sample is the whole picture, as in the authors' code
      const masks = Array.from({ length: samples }, (_, index) =>
        Uint8Array.from({ length: parts.count }, () => Number(index === 0 || draw.uniform() < 0.5)),
      );
      return perturbScoreFit<Uint8Array>(
        task,
        {
          samples,
          change: (index) => masks[index]!,
          picture: (mask) => blendPixels(image, baseline, (pixel) => mask[parts.labels[pixel]!]!),
          fit({ values }) {
            const weights = masks.map((mask) => {
              const on = mask.reduce((sum, one) => sum + one, 0);
              const distance = 1 - Math.sqrt(on / parts.count);
              return Math.exp(-(distance * distance) / (kernelWidth * kernelWidth));
            });
            const { coefficients, fitted } = ridgeProblem(masks).fit(values, weights, penalty);
            return {
              rows: image.height,
              columns: image.width,
              values: Float64Array.from(parts.labels, (part) => coefficients[part]!),
              figures: { surrogateR2: surrogateFidelity(fitted, values, { weights }).r2, superpixels: parts.count },
            };
          },
        },
        progress,
      );
    },
  };
}
