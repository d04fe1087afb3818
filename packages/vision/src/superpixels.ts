import { VerilensError, type Image } from '@verilens/core';
import { checkImage } from './image.ts';

export interface SuperpixelOptions {
  /** About how many; the number found differs a little. Default 60. */
  readonly segments?: number;
  /** Weight of nearness against likeness of colour: higher is more compact. Default 10. */
  readonly compactness?: number;
  /** Default 10. */
  readonly iterations?: number;
}

export interface Superpixels {
  /** Segment of each pixel, row by row, 0..count - 1; every segment is connected. */
  readonly labels: Int32Array;
  readonly count: number;
}

/**
 * Connected patches of like colour: SLIC (Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
 * PAMI 2012): k-means of colour (CIE Lab) and place, each centre looking two grid steps around it; then scraps smaller
 * than a quarter of a patch join a neighbour. Deterministic.
 * @throws VerilensError BAD_INPUT, BAD_OPTION
 */
export function superpixels(image: Image, options: SuperpixelOptions = {}): Superpixels {
  const place = 'vision.superpixels';
  checkImage(image, place);
  const { segments = 60, compactness = 10, iterations = 10 } = options;
  if (!(Number.isInteger(segments) && segments >= 1 && compactness > 0 && Number.isInteger(iterations) && iterations >= 1))
    throw new VerilensError('BAD_OPTION', 'these superpixels cannot be made', {
      place,
      expected: 'segments and iterations of at least 1, compactness above 0',
      got: JSON.stringify({ segments, compactness, iterations }),
    });
  const { width, height } = image;
  const step = Math.max(1, Math.sqrt((width * height) / segments));
  const lab = toLab(image);
  const centres = gridCentres(lab, width, height, step);
  const count = centres.length / 5;
  const labels = new Int32Array(width * height).fill(-1);
  const nearest = new Float32Array(width * height);
  const spatial = (compactness / step) ** 2;
  for (let round = 0; round < iterations; round++) {
    nearest.fill(Infinity);
    for (let c = 0; c < count; c++) assign(lab, width, height, centres, c, step, spatial, labels, nearest);
    moveCentres(lab, width, labels, centres);
  }
  return connect(labels, width, height, Math.max(1, Math.floor((step * step) / 4)));
}

/** L, a, b, x, y of each centre, at the middle of its grid cell. */
function gridCentres(lab: Float32Array, width: number, height: number, step: number): Float32Array {
  const columns = Math.max(1, Math.round(width / step));
  const rows = Math.max(1, Math.round(height / step));
  const centres = new Float32Array(rows * columns * 5);
  for (let row = 0, o = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, o += 5) {
      const x = Math.min(width - 1, Math.floor(((column + 0.5) * width) / columns));
      const y = Math.min(height - 1, Math.floor(((row + 0.5) * height) / rows));
      centres.set(lab.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), o);
      centres[o + 3] = x;
      centres[o + 4] = y;
    }
  }
  return centres;
}

function assign(
  lab: Float32Array,
  width: number,
  height: number,
  centres: Float32Array,
  c: number,
  step: number,
  spatial: number,
  labels: Int32Array,
  nearest: Float32Array,
): void {
  const [l, a, b, cx, cy] = centres.subarray(c * 5, c * 5 + 5) as unknown as [number, number, number, number, number];
  const bottom = Math.min(height - 1, Math.ceil(cy + 2 * step));
  const right = Math.min(width - 1, Math.ceil(cx + 2 * step));
  for (let y = Math.max(0, Math.floor(cy - 2 * step)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(cx - 2 * step)); x <= right; x++) {
      const i = y * width + x;
      const p = i * 3;
      const colour = (lab[p]! - l) ** 2 + (lab[p + 1]! - a) ** 2 + (lab[p + 2]! - b) ** 2;
      const distance = colour + spatial * ((x - cx) ** 2 + (y - cy) ** 2);
      if (distance >= nearest[i]!) continue;
      nearest[i] = distance;
      labels[i] = c;
    }
  }
}

function moveCentres(lab: Float32Array, width: number, labels: Int32Array, centres: Float32Array): void {
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(centres.length / 5);
  labels.forEach((c, i) => {
    if (c < 0) return;
    counts[c]!++;
    for (let k = 0; k < 3; k++) sums[c * 5 + k]! += lab[i * 3 + k]!;
    sums[c * 5 + 3]! += i % width;
    sums[c * 5 + 4]! += Math.floor(i / width);
  });
  counts.forEach((n, c) => {
    if (n > 0) for (let k = 0; k < 5; k++) centres[c * 5 + k] = sums[c * 5 + k]! / n;
  });
}

/** Gives every connected part a label of its own; parts below `smallest` pixels take that of the part before them in reading order. */
function connect(labels: Int32Array, width: number, height: number, smallest: number): Superpixels {
  const found = new Int32Array(labels.length).fill(-1);
  const queue = new Int32Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (found[start] !== -1) continue;
    // the part above or to the left, already labelled
    const before = start % width > 0 ? found[start - 1]! : start >= width ? found[start - width]! : -1;
    let [head, tail] = [0, 1];
    queue[0] = start;
    found[start] = count;
    while (head < tail) {
      const i = queue[head++]!;
      const x = i % width;
      for (const next of [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width]) {
        if (next < 0 || next >= width * height || found[next] !== -1 || labels[next] !== labels[start]) continue;
        found[next] = count;
        queue[tail++] = next;
      }
    }
    if (tail < smallest && before !== -1) for (let k = 0; k < tail; k++) found[queue[k]!] = before;
    else count++;
  }
  return { labels: found, count };
}

/** CIE Lab (D65) of sRGB pixels, three floats a pixel. */
function toLab({ data }: Image): Float32Array {
  const linear = Float32Array.from({ length: 256 }, (_, v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const lab = new Float32Array((data.length / 4) * 3);
  for (let p = 0, o = 0; p < data.length; p += 4, o += 3) {
    const [r, g, b] = [linear[data[p]!]!, linear[data[p + 1]!]!, linear[data[p + 2]!]!];
    const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
    const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
    lab[o] = 116 * y - 16;
    lab[o + 1] = 500 * (x - y);
    lab[o + 2] = 200 * (y - z);
  }
  return lab;
}
