import type { EvidenceMap } from '@verilens/core';

export type FaceZone = 'forehead and brows' | 'eyes' | 'nose and cheeks' | 'mouth' | 'chin' | 'outside the face';

const order: readonly FaceZone[] = ['forehead and brows', 'eyes', 'nose and cheeks', 'mouth', 'chin', 'outside the face'];

/**
 * Which part of an aligned face crop a place belongs to; u and v are 0..1 from the top left.
 * Face crops have level eyes at about 0.35 and the mouth at about 0.70 of the height.
 * The bands are a reading aid, not an anatomical segmentation.
 */
export function faceZone(u: number, v: number): FaceZone {
  const dx = (u - 0.5) / 0.4;
  const dy = (v - 0.52) / 0.48;
  if (dx * dx + dy * dy > 1) return 'outside the face';
  if (v < 0.28) return 'forehead and brows';
  if (v < 0.43) return 'eyes';
  if (v < 0.6) return 'nose and cheeks';
  if (v < 0.8) return 'mouth';
  return 'chin';
}

/**
 * Share of the evidence in each part of the face, over several maps, largest first; the shares add up to 1.
 * Empty when the maps hold no positive evidence at all.
 */
export function zoneShares(maps: readonly EvidenceMap[]): readonly { readonly zone: FaceZone; readonly share: number }[] {
  const sums = new Map<FaceZone, number>();
  let total = 0;
  for (const map of maps) {
    for (let row = 0; row < map.rows; row++) {
      for (let column = 0; column < map.columns; column++) {
        const value = map.values[row * map.columns + column] ?? 0;
        if (!(value > 0) || !Number.isFinite(value)) continue;
        // A cell can span two parts: it is counted in nine places.
        for (let i = 0; i < 9; i++) {
          const u = (column + ((i % 3) + 0.5) / 3) / map.columns;
          const v = (row + (Math.floor(i / 3) + 0.5) / 3) / map.rows;
          const zone = faceZone(u, v);
          sums.set(zone, (sums.get(zone) ?? 0) + value / 9);
        }
        total += value;
      }
    }
  }
  if (total <= 0) return [];
  return order.map((zone) => ({ zone, share: (sums.get(zone) ?? 0) / total })).sort((a, b) => b.share - a.share);
}
