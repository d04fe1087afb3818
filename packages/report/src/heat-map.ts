import type { EvidenceMap, Image } from '@verilens/core';

/** Dark violet to pale yellow: ordered in lightness, so it also reads in grey and by colour-blind eyes. */
const ramp: readonly (readonly [number, number, number])[] = [
  [30, 16, 70],
  [98, 22, 110],
  [176, 42, 92],
  [233, 92, 48],
  [252, 170, 40],
  [252, 246, 170],
];

/**
 * A face crop under its evidence map, `scale` times as large: the face in grey, evidence in colour.
 * Values are shown relative to `peak` (by default the map's own highest value); negative values count as none.
 */
export function heatMapImage(map: EvidenceMap, scale = 3, peak: number = highest(map)): Image {
  const width = map.crop.width * scale;
  const height = map.crop.height * scale;
  const data = new Uint8ClampedArray(width * height * 4);
  const unit = peak > 1e-6 ? 1 / peak : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const heat = Math.min(1, Math.max(0, cellAt(map, (x + 0.5) / width, (y + 0.5) / height) * unit));
      const grey = luminance(map.crop, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5);
      const weight = 0.72 * Math.min(1, heat * 1.6);
      const [r, g, b] = colour(heat);
      const at = (y * width + x) * 4;
      data[at] = grey * (1 - weight) + r * weight;
      data[at + 1] = grey * (1 - weight) + g * weight;
      data[at + 2] = grey * (1 - weight) + b * weight;
      data[at + 3] = 255;
    }
  }
  return { data, width, height };
}

/** A map without its crop, `scale` times as large as that, to be laid over the source: the less evidence, the more transparent. */
export function heatOverlayImage(map: EvidenceMap, scale = 3, peak: number = highest(map)): Image {
  const width = map.crop.width * scale;
  const height = map.crop.height * scale;
  const data = new Uint8ClampedArray(width * height * 4);
  const unit = peak > 1e-6 ? 1 / peak : 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const heat = Math.min(1, Math.max(0, cellAt(map, (x + 0.5) / width, (y + 0.5) / height) * unit));
      const [r, g, b] = colour(heat);
      data[at] = r;
      data[at + 1] = g;
      data[at + 2] = b;
      data[at + 3] = 210 * Math.min(1, heat * 1.6);
    }
  }
  return { data, width, height };
}

/** The highest value of a map, 0 when all are negative or none is finite. */
export function highest(map: EvidenceMap): number {
  let top = 0;
  for (const value of map.values) if (Number.isFinite(value) && value > top) top = value;
  return top;
}

/** CSS stops of the colour ramp, for the legend. */
export function rampStops(): string {
  return ramp.map(([r, g, b]) => `rgb(${r} ${g} ${b})`).join(', ');
}

function colour(heat: number): readonly [number, number, number] {
  const place = heat * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(place));
  const low = ramp[index]!;
  const high = ramp[index + 1]!;
  const t = place - index;
  return [low[0] + (high[0] - low[0]) * t, low[1] + (high[1] - low[1]) * t, low[2] + (high[2] - low[2]) * t];
}

/** Bilinear between cell centres; u and v are 0..1 over the crop. */
function cellAt(map: EvidenceMap, u: number, v: number): number {
  const x = Math.min(map.columns - 1, Math.max(0, u * map.columns - 0.5));
  const y = Math.min(map.rows - 1, Math.max(0, v * map.rows - 0.5));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const x1 = Math.min(map.columns - 1, x0 + 1);
  const y1 = Math.min(map.rows - 1, y0 + 1);
  const value = (row: number, column: number): number => {
    const cell = map.values[row * map.columns + column] ?? 0;
    return Number.isFinite(cell) ? cell : 0;
  };
  const top = value(y0, x0) * (1 - (x - x0)) + value(y0, x1) * (x - x0);
  const bottom = value(y1, x0) * (1 - (x - x0)) + value(y1, x1) * (x - x0);
  return top * (1 - (y - y0)) + bottom * (y - y0);
}

/** Rec. 709 luminance, bilinear, at pixel coordinates. 0..255 */
function luminance(image: Image, x: number, y: number): number {
  const cx = Math.min(image.width - 1, Math.max(0, x));
  const cy = Math.min(image.height - 1, Math.max(0, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = Math.min(image.width - 1, x0 + 1);
  const y1 = Math.min(image.height - 1, y0 + 1);
  const at = (px: number, py: number): number => {
    const i = (py * image.width + px) * 4;
    return 0.2126 * (image.data[i] ?? 0) + 0.7152 * (image.data[i + 1] ?? 0) + 0.0722 * (image.data[i + 2] ?? 0);
  };
  const top = at(x0, y0) * (1 - (cx - x0)) + at(x1, y0) * (cx - x0);
  const bottom = at(x0, y1) * (1 - (cx - x0)) + at(x1, y1) * (cx - x0);
  return top * (1 - (cy - y0)) + bottom * (cy - y0);
}
