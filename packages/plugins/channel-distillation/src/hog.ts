/** Pixels along the side of a cell. */
export const CELL = 4;
/** 18 signed and 9 unsigned orientations, 4 measures of texture. */
export const HOG_CHANNELS = 31;

const SIGNED = 18;
const UNSIGNED = 9;
const CLIP = 0.2;
const TEXTURE = 0.2357;

/** Tangents of the borders between orientations 0, 20, 40, 60, 80 degrees. */
const T10 = Math.tan(Math.PI / 18);
const T30 = Math.tan(Math.PI / 6);
const T50 = Math.tan((5 * Math.PI) / 18);
const T70 = Math.tan((7 * Math.PI) / 18);

/** The nearest of 18 orientations, 20 degrees apart. */
function orientation(gx: number, gy: number): number {
  const x = Math.abs(gx);
  const y = Math.abs(gy);
  const quarter = y > T50 * x ? (y > T70 * x ? 4 : 3) : y > T30 * x ? 2 : y > T10 * x ? 1 : 0;
  const upper = gx < 0 ? UNSIGNED - quarter : quarter;
  return gy < 0 && upper > 0 ? SIGNED - upper : upper;
}

/** Histograms of oriented gradients of square patches of one size. */
export interface Hog {
  /** Cells along the side. */
  readonly cells: number;
  /**
   * Writes the channels named by `keep`, one plane [cells, cells] each, from `at` on.
   * @param patch [size, size, 3], RGB
   */
  write(patch: Float32Array, keep: readonly number[], out: Float32Array, at: number): void;
}

/**
 * The 31 channels of Felzenszwalb et al., "Object Detection with Discriminatively Trained Part-Based Models" (PAMI 2010),
 * at every cell: border cells take the border pixels' gradients as they are.
 */
export function createHog(cells: number): Hog {
  const size = cells * CELL;
  // a ring of cells around takes what falls outside and is not read
  const wide = cells + 2;
  const histogram = new Float32Array(wide * wide * SIGNED);
  const energy = new Float32Array(wide * wide);
  const norms = new Float32Array((cells + 1) * (cells + 1));
  /** For each pixel of a line: the first of the two cells it counts for, ring included, and the share of the second. */
  const first = Int32Array.from({ length: size }, (_, x) => Math.floor((x + 0.5) / CELL - 0.5) + 1);
  const share = Float64Array.from({ length: size }, (_, x) => (x + 0.5) / CELL - 0.5 - (first[x]! - 1));

  const collect = (patch: Float32Array): void => {
    histogram.fill(0);
    const line = 3 * size;
    for (let y = 0; y < size; y++) {
      const row = y * line;
      const up = y === 0 ? 0 : line;
      const down = y === size - 1 ? 0 : line;
      const cellRow = first[y]! * wide;
      const fy = share[y]!;
      for (let x = 0, p = row; x < size; x++, p += 3) {
        const left = x === 0 ? p : p - 3;
        const right = x === size - 1 ? p : p + 3;
        let gx = patch[right]! - patch[left]!;
        let gy = patch[p + down]! - patch[p - up]!;
        let strongest = gx * gx + gy * gy;
        for (let c = 1; c < 3; c++) {
          const dx = patch[right + c]! - patch[left + c]!;
          const dy = patch[p + down + c]! - patch[p - up + c]!;
          const square = dx * dx + dy * dy;
          if (square <= strongest) continue;
          gx = dx;
          gy = dy;
          strongest = square;
        }
        if (strongest === 0) continue;
        const magnitude = Math.sqrt(strongest);
        const after = magnitude * share[x]!;
        const before = magnitude - after;
        const at = (cellRow + first[x]!) * SIGNED + orientation(gx, gy);
        const below = at + wide * SIGNED;
        histogram[at]! += before - before * fy;
        histogram[at + SIGNED]! += after - after * fy;
        histogram[below]! += before * fy;
        histogram[below + SIGNED]! += after * fy;
      }
    }
  };

  const measure = (): void => {
    for (let y = 0; y < wide; y++) {
      // energies beyond the border repeat the border's
      const cy = Math.min(Math.max(y, 1), cells);
      for (let x = 0; x < wide; x++) {
        const at = (cy * wide + Math.min(Math.max(x, 1), cells)) * SIGNED;
        let total = 0;
        for (let i = at; i < at + UNSIGNED; i++) {
          const both = histogram[i]! + histogram[i + UNSIGNED]!;
          total += both * both;
        }
        energy[y * wide + x] = total;
      }
    }
    for (let y = 0, to = 0; y <= cells; y++) {
      for (let x = 0; x <= cells; x++, to++) {
        const p = y * wide + x;
        norms[to] = 1 / Math.sqrt(energy[p]! + energy[p + 1]! + energy[p + wide]! + energy[p + wide + 1]! + 1e-4);
      }
    }
  };

  return {
    cells,
    write(patch, keep, out, at) {
      collect(patch);
      measure();
      const plane = cells * cells;
      const count = keep.length;
      for (let y = 0, cell = at; y < cells; y++) {
        for (let x = 0; x < cells; x++, cell++) {
          const q = y * (cells + 1) + x;
          const n1 = norms[q]!;
          const n2 = norms[q + 1]!;
          const n3 = norms[q + cells + 1]!;
          const n4 = norms[q + cells + 2]!;
          const from = ((y + 1) * wide + x + 1) * SIGNED;
          for (let k = 0, to = cell; k < count; k++, to += plane) {
            const channel = keep[k]!;
            if (channel < SIGNED + UNSIGNED) {
              // a signed orientation counts alone, an unsigned one with its opposite
              const h =
                channel < SIGNED ? histogram[from + channel]! : histogram[from + channel - SIGNED]! + histogram[from + channel - UNSIGNED]!;
              out[to] = 0.5 * (Math.min(h * n1, CLIP) + Math.min(h * n2, CLIP) + Math.min(h * n3, CLIP) + Math.min(h * n4, CLIP));
            } else {
              const n = channel === 27 ? n1 : channel === 28 ? n2 : channel === 29 ? n3 : n4;
              let value = 0;
              for (let i = from; i < from + SIGNED; i++) value += Math.min(histogram[i]! * n, CLIP);
              out[to] = value * TEXTURE;
            }
          }
        }
      }
    },
  };
}
