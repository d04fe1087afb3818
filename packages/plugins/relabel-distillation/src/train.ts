import type { TrainOptions, TrainResult } from '@verilens/core';
import { writeSafetensors } from '@verilens/nn';
import { vaeCard } from './card.ts';
import { openVae } from './open-vae.ts';
import { OWN_SOURCES, ownPictures, planesFrom, type VaePictures } from './pictures.ts';
import type { VaeRecipe } from './recipe.ts';
import { trainVae } from './train-vae.ts';
import { exportDecoder, exportEncoder } from './vae.ts';

/** Of the pictures, kept back to measure on: one in so many. */
const KEPT = 20;

/** Trains the VAE that neighbours are drawn by, on the given pictures or the package's own. */
export async function trainRelabel(data: VaePictures | undefined, options: TrainOptions, recipe: VaeRecipe): Promise<TrainResult> {
  const { runtime, seed, preset, signal } = options;
  const { config } = recipe;
  const all = await planesFrom(data ?? (await ownPictures(recipe.pictures, seed, signal)), config.side, recipe.pictures, signal);
  const size = 3 * config.side ** 2;
  const places = Array.from({ length: all.count }, (_, place) => place);
  const pick = (chosen: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(chosen.length * size);
    chosen.forEach((place, k) => bytes.set(all.data.subarray(place * size, (place + 1) * size), k * size));
    return bytes;
  };
  const kept = all.count >= KEPT ? places.filter((place) => place % KEPT === 0) : places;
  const taught = all.count >= KEPT ? places.filter((place) => place % KEPT !== 0) : places;
  const { vae, parameters } = await trainVae({ ...all, count: taught.length, data: pick(taught) }, recipe, options);
  const [encoder, decoder] = [exportEncoder(config, vae, parameters), exportDecoder(config, vae, parameters)];
  await using open = await openVae(runtime, { encoder: { source: encoder }, decoder: { source: decoder } }, signal);
  let error = 0;
  for (const place of kept) {
    const bytes = all.data.subarray(place * size, (place + 1) * size);
    const image = imageOf(bytes, config.side);
    const made = await open.decode(await open.encode(image, { signal }), { signal });
    error += made.reduce((sum, value, k) => sum + (value - bytes[k]! / 255) ** 2, 0) / size / kept.length;
  }
  const facts = {
    config,
    preset,
    seed,
    command: data === undefined ? `verilens train relabel-distillation --preset ${preset} --seed ${seed}` : 'trained on data of its own',
    data: [...(data === undefined ? OWN_SOURCES : ['own pictures']), `${taught.length} pictures; recipe version ${recipe.version}`],
    version: recipe.version,
  };
  const [encoderCard, decoderCard] = [
    await vaeCard('encoder', { ...facts, onnx: encoder }),
    await vaeCard('decoder', { ...facts, onnx: decoder }),
  ];
  return {
    models: [
      { file: 'encoder.onnx', onnx: encoder, card: encoderCard },
      { file: 'decoder.onnx', onnx: decoder, card: decoderCard },
    ],
    parameters: [{ file: 'vae.safetensors', bytes: writeSafetensors(parameters, { format: 'relabel-distillation', seed: String(seed) }) }],
    summary: {
      'mean squared error on pictures kept back': error,
      'SHA-256 of the encoder': encoderCard.sha256,
      'SHA-256 of the decoder': decoderCard.sha256,
      seed,
    },
  };
}

function imageOf(bytes: Uint8Array, side: number): import('@verilens/core').Image {
  const area = side * side;
  const data = new Uint8ClampedArray(area * 4).fill(255);
  for (let channel = 0; channel < 3; channel++)
    for (let pixel = 0; pixel < area; pixel++) data[pixel * 4 + channel] = bytes[channel * area + pixel]!;
  return { data, width: side, height: side };
}
