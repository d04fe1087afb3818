/**
 * LIME for pictures: Ribeiro, Singh and Guestrin, "Why Should I Trust You? Explaining the Predictions of Any Classifier", KDD 2016,
 * https://arxiv.org/abs/1602.04938. Superpixels are switched on and off at random; a linear model, weighted by nearness to the whole
 * picture and with a ridge penalty, says what each is worth.
 * Deviations: SLIC superpixels instead of quickshift; a switched-off one turns into the baseline; no choice of few features, since a map shows all.
 */
import { type Image, VerilensError } from '@verilens/core';
import type { SaliencyMethod } from '@verilens/explain';
import { surrogateFidelity } from '@verilens/metrics';
import { random } from '@verilens/nn';
import { superpixels, type Superpixels } from '@verilens/vision';
import { shareOption, wholeOption } from './option-checks.ts';
import { ridge } from './ridge.ts';

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
    async run({ image, baseline, seed, values }, progress) {
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
      const found = await values(samples, (index) => shown(image, baseline, parts, masks[index]!), progress);
      const weights = masks.map((mask) => {
        const on = mask.reduce((sum, one) => sum + one, 0);
        const distance = 1 - Math.sqrt(on / parts.count);
        return Math.exp(-(distance * distance) / (kernelWidth * kernelWidth));
      });
      const { coefficients, intercept } = ridge(masks, found, weights, penalty);
      const said = masks.map((mask) => mask.reduce((sum, on, part) => sum + on * coefficients[part]!, intercept));
      return {
        rows: image.height,
        columns: image.width,
        values: Float64Array.from(parts.labels, (part) => coefficients[part]!),
        figures: { surrogateR2: surrogateFidelity(said, found, { weights }).r2, superpixels: parts.count },
      };
    },
  };
}

function shown(image: Image, baseline: Image, { labels }: Superpixels, mask: Uint8Array): Image {
  const data = new Uint8ClampedArray(image.data);
  labels.forEach((part, pixel) => {
    if (mask[part] === 0) for (let p = pixel * 4; p < pixel * 4 + 4; p++) data[p] = baseline.data[p]!;
  });
  return { data, width: image.width, height: image.height };
}
