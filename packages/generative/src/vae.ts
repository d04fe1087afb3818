import {
  add,
  clamp,
  conv2dModule,
  exp,
  gaussianKl,
  linear,
  mean,
  module,
  mul,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  tanh,
  type Draw,
  type Module,
  type Sym,
} from '@verilens/nn';
import { checkConfig, type VaeConfig } from './config.ts';
import { upsampler } from './upsampling.ts';

export interface LatentLaw {
  // [N, latent]
  readonly mean: Sym;
  readonly logVariance: Sym;
}

/** Pictures [N, 3, S, S] to the normal law of their latents. */
export function vaeEncoder(config: VaeConfig): Module<object, [x: Sym], LatentLaw> {
  const { size, widths, latent } = checkConfig(config);
  const convs = widths.map((width, i) => conv2dModule(i === 0 ? 3 : widths[i - 1]!, width, 4, { stride: 2, padding: 1 }));
  const side = size / 2 ** widths.length;
  const flat = widths.at(-1)! * side * side;
  const head = linear(flat, 2 * latent);
  return module('encoder', { convs, head }, (p, x: Sym) => {
    const features = convs.reduce((h, conv, i) => relu(conv.apply(p.convs[i]!, h)), x);
    const both = head.apply(p.head, reshape(features, [x.shape[0]!, flat]));
    // a variance of e^-10 or e^10 is none or all: beyond that exp() only overflows
    return { mean: slice(both, { axis: 1, end: latent }), logVariance: clamp(slice(both, { axis: 1, start: latent }), -10, 10) };
  });
}

/** Latents [N, latent] to pictures [N, 3, S, S], -1..1. */
export function vaeDecoder(config: VaeConfig): Module<object, [z: Sym], Sym> {
  const { size, widths, latent, upsampling } = checkConfig(config);
  const side = size / 2 ** widths.length;
  const deepest = widths.at(-1)!;
  const from = [...widths].reverse();
  const stem = linear(latent, deepest * side * side);
  const ups = from.map((width, i) => upsampler(upsampling, width, from[i + 1] ?? from.at(-1)!));
  const last = conv2dModule(from.at(-1)!, 3, 3, { padding: 1 });
  return module('decoder', { stem, ups, last }, (p, z: Sym) => {
    const start = reshape(relu(stem.apply(p.stem, z)), [z.shape[0]!, deepest, side, side]);
    return tanh(
      last.apply(
        p.last,
        ups.reduce((h, up, i) => relu(up.apply(p.ups[i]!, h)), start),
      ),
    );
  });
}

export type VaeNetwork = Module<
  { readonly encoder: Module<object, [x: Sym], LatentLaw>; readonly decoder: Module<object, [z: Sym], Sym> },
  [x: Sym, draw: Draw],
  { readonly loss: Sym; readonly error: Sym; readonly kl: Sym }
>;

/** Both halves; applied to pictures it gives the loss: squared error of a whole picture / 2, plus beta times the divergence. */
export function vaeNetwork(config: VaeConfig): VaeNetwork {
  const [encoder, decoder] = [vaeEncoder(config), vaeDecoder(config)];
  return module('vae', { encoder, decoder }, (p, x: Sym, draw: Draw) => {
    const law = encoder.apply(p.encoder, x);
    const z = add(law.mean, mul(exp(mul(law.logVariance, 0.5)), draw.normal(law.mean.shape)));
    const error = mul(mean(sum(square(sub(decoder.apply(p.decoder, z), x)), [1, 2, 3])), 0.5);
    const kl = gaussianKl(law.mean, law.logVariance);
    return { loss: add(error, mul(kl, config.beta)), error, kl };
  });
}
