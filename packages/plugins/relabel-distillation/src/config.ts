import { type OptionChecks, optionChecks } from '@verilens/explain';

export const PLACE = 'plugin relabel-distillation';

const checks: OptionChecks = /* @__PURE__ */ optionChecks(PLACE);
export const whole: OptionChecks['whole'] = checks.whole;
export const share: OptionChecks['share'] = checks.share;

/** Size of the VAE. Pictures are squares of three channels. */
export interface VaeConfig {
  /** Side of its pictures in pixels: a multiple of 2 to the number of widths. */
  readonly side: number;
  /** Channels after each halving. */
  readonly widths: readonly number[];
  /** Numbers of the latent vector. */
  readonly latent: number;
}

/**
 * `paper`: full size by our choice for pictures of 224 pixels (the paper's own sizes are not known to us). `small`: what
 * is shipped.
 */
export const CONFIGS: { readonly paper: VaeConfig; readonly small: VaeConfig } = {
  paper: { side: 128, widths: [32, 64, 128, 256], latent: 256 },
  small: { side: 32, widths: [16, 32, 64], latent: 64 },
};
