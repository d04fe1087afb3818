import type { Affine, EvidenceMap } from '@verilens/core';
import { heatOverlayImage } from '@verilens/report';
import { composeAffine, invertAffine } from '@verilens/vision';
import type { Heat } from '../protocol.ts';
import { bitmapOf } from './bitmaps.ts';

/** Enlargement of the crop: a heat map of 64 pixels would look like tiles. */
const SCALE = 3;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the crops of a clip lay in the source, kept so that evidence can be laid over it. */
export interface ClipTrail {
  readonly trackId: number;
  readonly timestampsMs: readonly number[];
  /** Source pixel -> crop pixel. */
  readonly transforms: readonly Affine[];
}

export async function heatOf(map: EvidenceMap, trail: readonly ClipTrail[], source: Size): Promise<Heat> {
  const { trackId, timestampMs, score } = map;
  // Tiles have scores of their own; the other maps are shares of one score, shown against their highest.
  const tiles = map.method === 'tiles';
  const bitmap = await bitmapOf(heatOverlayImage(map, tiles ? 1 : SCALE, tiles ? 1 : undefined));
  const toSource: Affine = tiles ? [source.width / bitmap.width, 0, 0, 0, source.height / bitmap.height, 0] : placeOf(map, trail);
  return { trackId, timestampMs, score, bitmap, toSource };
}

/** Pixels of the enlarged crop to pixels of the source. */
function placeOf({ trackId, timestampMs }: EvidenceMap, trail: readonly ClipTrail[]): Affine {
  const shrink: Affine = [1 / SCALE, 0, 0, 0, 1 / SCALE, 0];
  for (const clip of trail) {
    const frame = clip.trackId === trackId ? clip.timestampsMs.indexOf(timestampMs) : -1;
    if (frame >= 0) return composeAffine(shrink, invertAffine(clip.transforms[frame]!));
  }
  return shrink;
}
