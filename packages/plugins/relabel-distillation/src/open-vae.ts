import {
  type CallOptions,
  type Image,
  type ModelCard,
  type ModelSource,
  type Runtime,
  type Session,
  Tensor,
  VerilensError,
} from '@verilens/core';
import { resizeTo } from '@verilens/explain';
import { toTensor } from '@verilens/vision';
import { PLACE } from './config.ts';

export interface VaeFile {
  readonly source: ModelSource;
  /** When given, the file's SHA-256 is compared with it. */
  readonly card?: ModelCard;
}

/** The two halves of a VAE, as `verilens train relabel-distillation` writes them. */
export interface VaeFiles {
  readonly encoder: VaeFile;
  readonly decoder: VaeFile;
}

/** A VAE at work. Owns its sessions. */
export interface OpenVae extends AsyncDisposable {
  /** Side of its pictures in pixels. */
  readonly side: number;
  /** Numbers of the latent vector. */
  readonly dimensions: number;
  /** The mean of the picture's latent Gaussian. */
  encode(image: Image, options?: CallOptions): Promise<Float32Array>;
  /** @param latents [n, dimensions] @returns [n, 3, side, side], 0..1 */
  decode(latents: Float32Array, options?: CallOptions): Promise<Float32Array>;
}

/** @throws VerilensError BAD_MODEL for files that are no halves of one VAE, and what `Runtime.load` throws */
export async function openVae(runtime: Runtime, { encoder, decoder }: VaeFiles, signal?: AbortSignal): Promise<OpenVae> {
  const load = ({ source, card }: VaeFile, half: string): Promise<Session> =>
    runtime.load(source, { card, signal, name: `relabel-distillation ${half}` });
  const down = await load(encoder, 'encoder');
  const up = await load(decoder, 'decoder').catch(async (error: unknown) => {
    await down.dispose();
    throw error;
  });
  const dispose = async (): Promise<void> => {
    await Promise.all([down.dispose(), up.dispose()]);
  };
  const [, channels, side, width] = shapeOf(down.inputs, 'pictures');
  const [, dimensions] = shapeOf(up.inputs, 'latent');
  const fits = channels === 3 && typeof side === 'number' && side === width && typeof dimensions === 'number';
  if (!fits) {
    await dispose();
    throw new VerilensError('BAD_MODEL', 'these are no two halves of a VAE', {
      place: PLACE,
      expected: 'an encoder of `pictures` [batch, 3, side, side] and a decoder of `latent` [batch, d]',
      got: [...down.inputs, ...up.inputs].map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; '),
      remedy: 'Take encoder.onnx and decoder.onnx of one run of "verilens train relabel-distillation".',
    });
  }
  return {
    side,
    dimensions,
    async encode(image, { signal: stop } = {}) {
      const pixels = toTensor(resizeTo(image, side, side), new Float32Array(3 * side * side));
      const found = await down.run({ pictures: new Tensor('float32', pixels, [1, 3, side, side]) }, { outputs: ['mean'], signal: stop });
      return finite(found['mean']!.data as Float32Array, dimensions);
    },
    async decode(latents, { signal: stop } = {}) {
      const count = latents.length / dimensions;
      const found = await up.run({ latent: new Tensor('float32', latents, [count, dimensions]) }, { outputs: ['pictures'], signal: stop });
      return finite(found['pictures']!.data as Float32Array, count * 3 * side * side);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function shapeOf(inputs: Session['inputs'], name: string): readonly (number | string)[] {
  return inputs.find((input) => input.name === name)?.shape ?? [];
}

function finite(values: Float32Array, length: number): Float32Array {
  if (values.length === length && values.every(Number.isFinite)) return values;
  throw new VerilensError('NOT_FINITE', 'the VAE gives no usable numbers', { place: PLACE, expected: `${length} finite values` });
}
