import { COLOUR_CHANNELS, colourNameTable, writeColourNames } from './colour-names.ts';
import { CELL, createHog, HOG_CHANNELS } from './hog.ts';

/** Maps of square patches. Channels that are not asked for are not computed. */
export interface FeatureExtractor {
  readonly name: string;
  readonly channels: number;
  /** Cells along the side of the maps. */
  readonly cells: number;
  /** Pixels along the side of the patch. */
  readonly size: number;
  /**
   * Maps [keep.length, cells, cells] of the channels named, ascending.
   * @param patch [size, size, 3], RGB 0..255
   */
  extract(patch: Float32Array, keep: readonly number[]): Promise<Float32Array>;
  /**
   * Prepares for these channels alone, if that takes something; extracting goes on meanwhile. Resolves when done; a failure is
   * also thrown by the next `extract`.
   */
  focus?(keep: readonly number[]): Promise<void>;
  dispose(): Promise<void>;
}

/** Histograms of oriented gradients (31 channels) and colour names (11), cells of 4 x 4 pixels. No model runs. */
export function handcrafted(cells: number): FeatureExtractor {
  const hog = createHog(cells);
  const table = colourNameTable();
  return {
    name: 'hog + colour names',
    channels: HOG_CHANNELS + COLOUR_CHANNELS,
    cells,
    size: cells * CELL,
    async extract(patch, keep) {
      const gradients = keep.filter((d) => d < HOG_CHANNELS);
      const colours = keep.filter((d) => d >= HOG_CHANNELS).map((d) => d - HOG_CHANNELS);
      const out = new Float32Array(keep.length * cells * cells);
      if (gradients.length > 0) hog.write(patch, gradients, out, 0);
      if (colours.length > 0) writeColourNames(table, patch, cells, colours, out, gradients.length * cells * cells);
      return out;
    },
    dispose: async () => undefined,
  };
}

/**
 * In place: takes each map's mean away, applies the window, and scales all maps together to a mean energy of 1 a cell.
 * @param maps [channels, cells, cells]
 */
export function prepareMaps(maps: Float32Array, window: Float64Array): Float32Array {
  const plane = window.length;
  let energy = 0;
  for (let from = 0; from < maps.length; from += plane) {
    let mean = 0;
    for (let i = 0; i < plane; i++) mean += maps[from + i]!;
    mean /= plane;
    for (let i = 0; i < plane; i++) {
      const value = (maps[from + i]! - mean) * window[i]!;
      maps[from + i] = value;
      energy += value * value;
    }
  }
  if (energy > 0) {
    const scale = Math.sqrt(plane / energy);
    for (let i = 0; i < maps.length; i++) maps[i]! *= scale;
  }
  return maps;
}
