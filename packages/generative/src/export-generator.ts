import { exportInference, float32, type Parameters } from '@verilens/nn';
import type { GeneratorConfig } from './config.ts';
import { ganGenerator } from './gan.ts';
import { noiseIn } from './prediction.ts';
import { diffusionNetwork } from './unet.ts';
import { vaeDecoder, vaeEncoder } from './vae.ts';

/** One graph of a generator, for any ONNX Runtime; the first dimension is free. */
export interface GeneratorGraph {
  /** `decoder`, `encoder`, `generator` or `denoiser` */
  readonly part: string;
  readonly onnx: Uint8Array;
}

/**
 * The inference graphs of trained parameters. Equal parameters give equal bytes.
 * - vae: `decoder` z [batch, latent] -> pictures; `encoder` pictures -> mean, logVariance
 * - gan: `generator` z [batch, latent] -> pictures
 * - ddpm: `denoiser` pictures, times [batch] -> noise
 */
export function exportGenerator(config: GeneratorConfig, parameters: Parameters): readonly GeneratorGraph[] {
  const pictures = float32(['batch', 3, config.size, config.size]);
  if (config.kind === 'ddpm') {
    const network = diffusionNetwork(config);
    const onnx = exportInference({
      module: network,
      params: parameters,
      inputs: { pictures, times: float32(['batch']) },
      forward: (p, { pictures: x, times }) => ({ noise: noiseIn(config, x, times, network.apply(p, x, times)) }),
      target: 'native',
    });
    return [{ part: 'denoiser', onnx }];
  }
  const z = float32(['batch', config.latent]);
  if (config.kind === 'gan') {
    const network = ganGenerator(config);
    const onnx = exportInference({
      module: network,
      params: below(parameters, 'generator.'),
      inputs: { z },
      forward: (p, inputs) => ({ pictures: network.apply(p, inputs.z) }),
      target: 'native',
    });
    return [{ part: 'generator', onnx }];
  }
  const [decoder, encoder] = [vaeDecoder(config), vaeEncoder(config)];
  return [
    {
      part: 'decoder',
      onnx: exportInference({
        module: decoder,
        params: below(parameters, 'decoder.'),
        inputs: { z },
        forward: (p, inputs) => ({ pictures: decoder.apply(p, inputs.z) }),
        target: 'native',
      }),
    },
    {
      part: 'encoder',
      onnx: exportInference({
        module: encoder,
        params: below(parameters, 'encoder.'),
        inputs: { pictures },
        forward: (p, inputs) => ({ ...encoder.apply(p, inputs.pictures) }),
        target: 'native',
      }),
    },
  ];
}

function below(parameters: Parameters, prefix: string): Parameters {
  return new Map(
    [...parameters].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])),
  );
}
