import type { EvidenceMap, FaceClip, Region } from '@verilens/core';
import { invertAffine, transformBox } from '@verilens/vision';
import type { Networks } from './detector.ts';
import type { Network } from './network.ts';
import { clipPixels } from './pixels.ts';
import type { ClipPixels } from './traces.ts';

/** Side of the hidden window in cells. */
const WINDOW = 2;

/** The map of one clip, with what is needed to find its place in the source frame. */
export interface FoundEvidence {
  readonly map: EvidenceMap;
  readonly clip: FaceClip;
  /** Place of the middle frame in the clip. */
  readonly frame: number;
}

/**
 * Where in the face the evidence lies: each 2x2 window of cells is hidden in turn (its traces read as "nothing there")
 * and the fall of the log-odds is shared out over its cells. Falls are divided by the largest, so values are 0..1;
 * all zero when hiding nothing lowers the score. The network with the higher log-odds is asked.
 *
 * @param score the clip's score on the fused scale, carried over to the map
 */
export async function evidenceMap(networks: Networks, clip: FaceClip, score: number, signal?: AbortSignal): Promise<FoundEvidence> {
  const pixels = clipPixels(clip, networks.temporal.config);
  const temporal = await networks.temporal.logit(pixels, { signal });
  const spatial = await networks.spatial.logit(pixels, { signal });
  const [network, whole] = temporal >= spatial ? [networks.temporal, temporal] : [networks.spatial, spatial];
  const grid = network.config.grid;
  const values = await falls(network, pixels, whole, signal);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  if (largest > 0) for (let i = 0; i < values.length; i++) values[i]! /= largest;
  const frame = Math.floor(clip.crops.length / 2);
  return {
    clip,
    frame,
    map: {
      trackId: clip.trackId,
      timestampMs: clip.timestampsMs[frame]!,
      crop: clip.crops[frame]!,
      rows: grid,
      columns: grid,
      values,
      method: 'occlusion',
      score,
    },
  };
}

async function falls(network: Network, pixels: ClipPixels, whole: number, signal?: AbortSignal): Promise<Float32Array> {
  const grid = network.config.grid;
  const sum = new Float32Array(grid * grid);
  const windows = new Float32Array(grid * grid);
  const places = windowsOf(grid);
  const logits = await network.occludedLogits(pixels, places, { signal });
  places.forEach((hidden, i) => {
    for (const cell of hidden) {
      sum[cell]! += Math.max(0, whole - logits[i]!);
      windows[cell]!++;
    }
  });
  return sum.map((value, cell) => value / windows[cell]!);
}

/** The cells of every window, row by row. */
function windowsOf(grid: number): Set<number>[] {
  const places: Set<number>[] = [];
  for (let row = 0; row + WINDOW <= grid; row++) {
    for (let column = 0; column + WINDOW <= grid; column++) {
      const hidden = new Set<number>();
      for (let y = row; y < row + WINDOW; y++) for (let x = column; x < column + WINDOW; x++) hidden.add(y * grid + x);
      places.push(hidden);
    }
  }
  return places;
}

/** Bounding box, in the source frame, of the cells that carry at least half of the strongest evidence. */
export function regionOf(found: FoundEvidence): Region {
  const { map, clip, frame } = found;
  const side = map.crop.width / map.columns;
  let [left, top, right, bottom] = [map.columns, map.rows, 0, 0];
  map.values.forEach((value, cell) => {
    if (value < 0.5) return;
    const x = cell % map.columns;
    const y = Math.floor(cell / map.columns);
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + 1);
    bottom = Math.max(bottom, y + 1);
  });
  if (right <= left) [left, top, right, bottom] = [0, 0, map.columns, map.rows];
  return {
    box: transformBox(invertAffine(clip.transforms[frame]!), {
      x: left * side,
      y: top * side,
      width: (right - left) * side,
      height: (bottom - top) * side,
    }),
    score: map.score,
    timestampMs: map.timestampMs,
  };
}
