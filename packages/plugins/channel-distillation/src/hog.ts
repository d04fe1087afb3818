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
  const histogram = new Float32Array(cells * cells * SIGNED);
  // energies of a ring of cells beyond the border repeat the border's
  const wide = cells + 2;
  const energy = new Float32Array(wide * wide);
  const norms = new Float32Array((wide - 1) * (wide - 1));

  const collect = (patch: Float32Array): void => {
    histogram.fill(0);
    for (let y = 0; y < size; y++) {
      const up = (y === 0 ? y : y - 1) * size;
      const down = (y === size - 1 ? y : y + 1) * size;
      const v = (y + 0.5) / CELL - 0.5;
      const cy = Math.floor(v);
      const fy = v - cy;
      for (let x = 0; x < size; x++) {
        const left = x === 0 ? x : x - 1;
        const right = x === size - 1 ? x : x + 1;
        let gx = 0;
        let gy = 0;
        let strongest = -1;
        for (let c = 0; c < 3; c++) {
          const dx = patch[(y * size + right) * 3 + c]! - patch[(y * size + left) * 3 + c]!;
          const dy = patch[(down + x) * 3 + c]! - patch[(up + x) * 3 + c]!;
          const square = dx * dx + dy * dy;
          if (square > strongest) {
            gx = dx;
            gy = dy;
            strongest = square;
          }
        }
        const bin = orientation(gx, gy);
        const magnitude = Math.sqrt(strongest);
        const u = (x + 0.5) / CELL - 0.5;
        const cx = Math.floor(u);
        const fx = u - cx;
        const at = (cy * cells + cx) * SIGNED + bin;
        if (cy >= 0) {
          if (cx >= 0) histogram[at]! += magnitude * (1 - fx) * (1 - fy);
          if (cx + 1 < cells) histogram[at + SIGNED]! += magnitude * fx * (1 - fy);
        }
        if (cy + 1 < cells) {
          if (cx >= 0) histogram[at + cells * SIGNED]! += magnitude * (1 - fx) * fy;
          if (cx + 1 < cells) histogram[at + (cells + 1) * SIGNED]! += magnitude * fx * fy;
        }
      }
    }
  };

  const measure = (): void => {
    for (let y = 0; y < wide; y++) {
      const cy = Math.min(Math.max(y - 1, 0), cells - 1);
      for (let x = 0; x < wide; x++) {
        const at = (cy * cells + Math.min(Math.max(x - 1, 0), cells - 1)) * SIGNED;
        let total = 0;
        for (let i = 0; i < UNSIGNED; i++) total += (histogram[at + i]! + histogram[at + i + UNSIGNED]!) ** 2;
        energy[y * wide + x] = total;
      }
    }
    for (let y = 0; y < wide - 1; y++) {
      for (let x = 0; x < wide - 1; x++) {
        const p = y * wide + x;
        norms[y * (wide - 1) + x] = 1 / Math.sqrt(energy[p]! + energy[p + 1]! + energy[p + wide]! + energy[p + wide + 1]! + 1e-4);
      }
    }
  };

  return {
    cells,
    write(patch, keep, out, at) {
      collect(patch);
      measure();
      const plane = cells * cells;
      for (let y = 0; y < cells; y++) {
        for (let x = 0; x < cells; x++) {
          const q = y * (wide - 1) + x;
          const n1 = norms[q]!;
          const n2 = norms[q + 1]!;
          const n3 = norms[q + wide - 1]!;
          const n4 = norms[q + wide]!;
          const from = (y * cells + x) * SIGNED;
          const to = at + y * cells + x;
          for (let k = 0; k < keep.length; k++) {
            const channel = keep[k]!;
            let value: number;
            if (channel < SIGNED + UNSIGNED) {
              const h =
                channel < SIGNED ? histogram[from + channel]! : histogram[from + channel - SIGNED]! + histogram[from + channel - UNSIGNED]!;
              value = 0.5 * (Math.min(h * n1, CLIP) + Math.min(h * n2, CLIP) + Math.min(h * n3, CLIP) + Math.min(h * n4, CLIP));
            } else {
              const n = channel === 27 ? n1 : channel === 28 ? n2 : channel === 29 ? n3 : n4;
              value = 0;
              for (let i = 0; i < SIGNED; i++) value += Math.min(histogram[from + i]! * n, CLIP);
              value *= TEXTURE;
            }
            out[to + k * plane] = value;
          }
        }
      }
    },
  };
}
