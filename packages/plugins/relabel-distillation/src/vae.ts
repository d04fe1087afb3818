import {
  add,
  conv2dModule,
  exp,
  exportInference,
  float32,
  linear,
  module,
  type Module,
  mul,
  type Parameters,
  relu,
  reshape,
  sequential,
  sigmoid,
  slice,
  type Sym,
  upsampleNearest,
} from '@verilens/nn';
import type { VaeConfig } from './config.ts';

type Net = Module<readonly unknown[], [x: Sym], Sym>;

export interface Gaussian {
  // [N, latent]
  readonly mean: Sym;
  // [N, latent]
  readonly logVariance: Sym;
}

/**
 * A variational autoencoder (Kingma and Welling, ICLR 2014): pictures [N, 3, side, side], 0..1, and noise [N, latent] to their
 * reconstruction, of the same shape, and the Gaussian its latent vector was drawn from.
 */
export type Vae = Module<{ readonly encoder: Net; readonly decoder: Net }, [pictures: Sym, noise: Sym], Gaussian & { readonly made: Sym }>;

export function vaeOf(config: VaeConfig): Vae {
  const { encoder, decoder } = { encoder: encoderOf(config), decoder: decoderOf(config) };
  return module('vae', { encoder, decoder }, (p, pictures: Sym, noise: Sym) => {
    const { mean, logVariance } = gaussian(encoder.apply(p.encoder, pictures), config);
    const latent = add(mean, mul(noise, exp(mul(logVariance, 0.5))));
    return { mean, logVariance, made: decoder.apply(p.decoder, latent) };
  });
}

function encoderOf({ side, widths, latent }: VaeConfig): Net {
  const cells = (side / 2 ** widths.length) ** 2 * widths.at(-1)!;
  return sequential(
    ...widths.flatMap((width, i) => [conv2dModule(widths[i - 1] ?? 3, width, 4, { stride: 2, padding: 1 }), (x: Sym) => relu(x)]),
    (x: Sym) => reshape(x, [-1, cells]),
    linear(cells, 2 * latent),
  );
}

/** Enlarging and a convolution rather than a transposed one, which leaves chequers. */
function decoderOf({ side, widths, latent }: VaeConfig): Net {
  const start = side / 2 ** widths.length;
  const deep = widths.at(-1)!;
  const upwards = widths.slice(0, -1).reverse();
  return sequential(
    linear(latent, start * start * deep),
    (x: Sym) => relu(reshape(x, [-1, deep, start, start])),
    ...upwards.flatMap((width, i) => [
      (x: Sym) => upsampleNearest(x, [2, 2]),
      conv2dModule(upwards[i - 1] ?? deep, width, 3, { padding: 1 }),
      (x: Sym) => relu(x),
    ]),
    (x: Sym) => upsampleNearest(x, [2, 2]),
    conv2dModule(widths[0]!, 3, 3, { padding: 1 }),
    (x: Sym) => sigmoid(x),
  );
}

function gaussian(both: Sym, { latent }: VaeConfig): Gaussian {
  return {
    mean: slice(both, { axis: 1, start: 0, end: latent }),
    logVariance: slice(both, { axis: 1, start: latent, end: 2 * latent }),
  };
}

/** `pictures` [batch, 3, side, side], 0..1 -> `mean` and `logVariance`, [batch, latent]. Equal parameters give equal bytes. */
export function exportEncoder(config: VaeConfig, vae: Vae, params: Parameters): Uint8Array {
  return exportInference({
    module: vae.params.encoder,
    params: below('encoder.', params),
    inputs: { pictures: float32(['batch', 3, config.side, config.side]) },
    forward: (p, { pictures }) => ({ ...gaussian(vae.params.encoder.apply(p, pictures), config) }),
    target: 'native',
  });
}

/** `latent` [batch, latent] -> `pictures` [batch, 3, side, side], 0..1. Equal parameters give equal bytes. */
export function exportDecoder(config: VaeConfig, vae: Vae, params: Parameters): Uint8Array {
  return exportInference({
    module: vae.params.decoder,
    params: below('decoder.', params),
    inputs: { latent: float32(['batch', config.latent]) },
    forward: (p, { latent }) => ({ pictures: vae.params.decoder.apply(p, latent) }),
    target: 'native',
  });
}

function below(prefix: string, params: Parameters): Parameters {
  return new Map([...params].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])));
}
