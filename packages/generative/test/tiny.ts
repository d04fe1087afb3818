import { SMALL_GENERATORS, type DdpmConfig, type GanConfig, type TrainingPictures, type VaeConfig } from '@verilens/generative';

/** Networks that run in a blink. */
export const TINY: { readonly vae: VaeConfig; readonly gan: GanConfig; readonly ddpm: DdpmConfig } = {
  vae: { ...SMALL_GENERATORS.vae, size: 8, widths: [8, 8], latent: 4 },
  gan: { ...SMALL_GENERATORS.gan, size: 8, widths: [8, 8], critic: [8, 8], latent: 4 },
  ddpm: { ...SMALL_GENERATORS.ddpm, size: 8, widths: [8, 16], groups: 4, times: 100 },
};

/** Squares of random colour in a random place. */
export function squares(count: number, size = 8): TrainingPictures {
  const pixels = new Uint8Array(count * size * size * 3);
  let state = 1;
  const next = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  for (let i = 0; i < count; i++) {
    const [left, top, colour] = [next(size / 2), next(size / 2), [next(256), next(256), next(256)]];
    for (let y = 0; y < size / 2; y++) for (let x = 0; x < size / 2; x++) pixels.set(colour, ((i * size + top + y) * size + left + x) * 3);
  }
  return { width: size, height: size, channels: 3, pixels };
}
