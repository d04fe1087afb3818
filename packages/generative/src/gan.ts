import {
  add,
  batchNormModule,
  conv2d,
  conv2dModule,
  dense,
  leakyRelu,
  linear,
  module,
  param,
  relu,
  reshape,
  spectralWeight,
  tanh,
  transpose,
  zerosInit,
  type Module,
  type Sym,
} from '@verilens/nn';
import { checkConfig, type GanConfig } from './config.ts';
import { upsampler } from './upsampling.ts';

/** Latents [N, latent], standard normal, to pictures [N, 3, S, S], -1..1. */
export function ganGenerator(config: GanConfig): Module<object, [z: Sym], Sym> {
  const { size, widths, latent, upsampling } = checkConfig(config);
  const side = size / 2 ** (widths.length - 1);
  const stem = linear(latent, widths[0]! * side * side);
  const norms = widths.map((width) => batchNormModule(width));
  const ups = widths.slice(1).map((width, i) => upsampler(upsampling, widths[i]!, width));
  const last = conv2dModule(widths.at(-1)!, 3, 3, { padding: 1 });
  return module('generator', { stem, norms, ups, last }, (p, z: Sym) => {
    const start = reshape(stem.apply(p.stem, z), [z.shape[0]!, widths[0]!, side, side]);
    const features = ups.reduce(
      (h, up, i) => relu(norms[i + 1]!.apply(p.norms[i + 1]!, up.apply(p.ups[i]!, h))),
      relu(norms[0]!.apply(p.norms[0]!, start)),
    );
    return tanh(last.apply(p.last, features));
  });
}

/** Pictures [N, 3, S, S] to scores [N]; every weight has spectral norm 1. */
export function ganCritic(config: GanConfig): Module<object, [x: Sym], Sym> {
  const { size, critic } = checkConfig(config);
  const convs = critic.map((width, i) => spectralWeight([width, i === 0 ? 3 : critic[i - 1]!, 4, 4]));
  const biases = critic.map((width) => param([width], zerosInit()));
  const side = size / 2 ** critic.length;
  const flat = critic.at(-1)! * side * side;
  const head = spectralWeight([1, flat]);
  const bias = param([1], zerosInit());
  return module('critic', { convs, biases, head, bias }, (p, x: Sym) => {
    const features = convs.reduce(
      (h, conv, i) => leakyRelu(conv2d(h, conv.apply(p.convs[i]!), p.biases[i]!, { stride: 2, padding: 1 }), 0.1),
      x,
    );
    const scores = dense(reshape(features, [x.shape[0]!, flat]), transpose(head.apply(p.head), [1, 0]));
    return reshape(add(scores, p.bias), [x.shape[0]!]);
  });
}

export type GanNetwork = Module<
  { readonly generator: Module<object, [z: Sym], Sym>; readonly critic: Module<object, [x: Sym], Sym> },
  [z: Sym],
  Sym
>;

/** Both networks; applied to latents it gives pictures. */
export function ganNetwork(config: GanConfig): GanNetwork {
  const [generator, critic] = [ganGenerator(config), ganCritic(config)];
  return module('gan', { generator, critic }, (p, z: Sym) => generator.apply(p.generator, z));
}
