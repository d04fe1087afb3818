import { CELL } from './hog.ts';

/** The eleven basic colour terms of Berlin and Kay with focal sRGB values [our choice]. */
const FOCAL: readonly (readonly [number, number, number])[] = [
  [20, 20, 20], // black
  [30, 70, 170], // blue
  [110, 65, 35], // brown
  [128, 128, 128], // grey
  [40, 140, 60], // green
  [240, 130, 30], // orange
  [240, 150, 180], // pink
  [120, 50, 140], // purple
  [195, 30, 45], // red
  [245, 245, 245], // white
  [240, 220, 50], // yellow
];
export const COLOUR_CHANNELS = FOCAL.length;

/** Width of a colour term in CIE L*a*b* units. */
const SPREAD = 18;
const BITS = 5;
const LEVELS = 1 << BITS;

/**
 * How much each colour term fits each of 32 x 32 x 32 colours, [32 * 32 * 32, 11], sums of 1.
 * The learnt table of van de Weijer et al. (TIP 2009) has no licence that allows shipping it; this one follows from distances
 * to focal colours in CIE L*a*b*.
 */
export function colourNameTable(): Float32Array {
  const table = new Float32Array(LEVELS ** 3 * COLOUR_CHANNELS);
  const centres = FOCAL.map((rgb) => toLab(...rgb));
  const fits = new Float64Array(COLOUR_CHANNELS);
  for (let i = 0; i < LEVELS ** 3; i++) {
    const level = (shift: number): number => (((i >> shift) & (LEVELS - 1)) + 0.5) * (256 / LEVELS);
    const [l, a, b] = toLab(level(2 * BITS), level(BITS), level(0));
    let total = 0;
    centres.forEach(([cl, ca, cb], c) => {
      const square = (l - cl) ** 2 + (a - ca) ** 2 + (b - cb) ** 2;
      fits[c] = Math.exp(-square / (2 * SPREAD * SPREAD)) + 1e-9;
      total += fits[c]!;
    });
    for (let c = 0; c < COLOUR_CHANNELS; c++) table[i * COLOUR_CHANNELS + c] = fits[c]! / total;
  }
  return table;
}

function toLab(r: number, g: number, b: number): readonly [number, number, number] {
  const linear = (v: number): number => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const [lr, lg, lb] = [linear(r), linear(g), linear(b)];
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [
    f((0.4124 * lr + 0.3576 * lg + 0.1805 * lb) / 0.9505),
    f(0.2126 * lr + 0.7152 * lg + 0.0722 * lb),
    f((0.0193 * lr + 0.1192 * lg + 0.9505 * lb) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/**
 * Writes the colour terms named by `keep`, averaged over cells, one plane [cells, cells] each, from `at` on.
 * @param patch [cells * 4, cells * 4, 3], RGB 0..255
 */
export function writeColourNames(
  table: Float32Array,
  patch: Float32Array,
  cells: number,
  keep: readonly number[],
  out: Float32Array,
  at: number,
): void {
  const size = cells * CELL;
  const plane = cells * cells;
  out.fill(0, at, at + keep.length * plane);
  for (let y = 0; y < size; y++) {
    const row = at + ((y / CELL) | 0) * cells;
    for (let x = 0; x < size; x++) {
      const p = (y * size + x) * 3;
      const index = ((patch[p]! >> 3) << (2 * BITS)) | ((patch[p + 1]! >> 3) << BITS) | (patch[p + 2]! >> 3);
      const to = row + ((x / CELL) | 0);
      for (let k = 0; k < keep.length; k++) out[to + k * plane]! += table[index * COLOUR_CHANNELS + keep[k]!]!;
    }
  }
  const scale = 1 / (CELL * CELL);
  for (let i = at; i < at + keep.length * plane; i++) out[i]! *= scale;
}
