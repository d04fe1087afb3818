/**
 * Grad-CAM: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017,
 * https://arxiv.org/abs/1610.02391: feature maps of one layer, each weighted by the mean slope of the objective towards it, summed and
 * rectified. The map is as coarse as the layer and never negative.
 */
import type { SaliencyMethod } from '@verilens/explain';

export interface GradCamOptions {
  /** Layer by the name the model gives it: for an ONNX file a tensor or node. Default: the model's last, the last convolution. */
  readonly layer?: string;
}

export function gradCam(options: GradCamOptions = {}): SaliencyMethod {
  return {
    name: 'grad-cam',
    needs: 'features',
    async run({ features }, progress) {
      const { activation, gradient } = await features(options.layer);
      const [, channels, rows, columns] = activation.dims as [number, number, number, number];
      const area = rows * columns;
      const [maps, slopes] = [activation.data as Float32Array, gradient.data as Float32Array];
      const values = new Float64Array(area);
      for (let channel = 0; channel < channels; channel++) {
        const from = channel * area;
        let weight = 0;
        for (let k = 0; k < area; k++) weight += slopes[from + k]! / area;
        for (let k = 0; k < area; k++) values[k]! += weight * maps[from + k]!;
      }
      progress(1);
      return { rows, columns, values: values.map((value) => Math.max(0, value)) };
    },
  };
}
