import type { Random } from '@verilens/data';
import type { FeatureExtractor } from './features.ts';

/** Extractors that the controls of the evidence need: they stand before another one, or make maps that know nothing. */

/** Some channels of another extractor, as if it had no others. */
export function channelsOf(extractor: FeatureExtractor, chosen: readonly number[]): FeatureExtractor {
  const { cells, size } = extractor;
  return {
    name: `${chosen.length} channels of ${extractor.name}`,
    channels: chosen.length,
    cells,
    size,
    dispose: async () => undefined,
    extract: (patch, keep) =>
      extractor.extract(
        patch,
        keep.map((k) => chosen[k]!),
      ),
  };
}

/**
 * Principal components of another extractor's channels, fitted to the cells of one patch. All channels are computed for them:
 * they save filter work, not feature work.
 */
export async function componentsOf(extractor: FeatureExtractor, patch: Float32Array, count: number): Promise<FeatureExtractor> {
  const { channels, cells, size } = extractor;
  const plane = cells * cells;
  const all = Array.from({ length: channels }, (_, d) => d);
  const maps = await extractor.extract(patch, all);
  const means = all.map((d) => maps.subarray(d * plane, (d + 1) * plane).reduce((sum, v) => sum + v, 0) / plane);
  const covariance = all.map((a) =>
    Float64Array.from(all, (b) => {
      let sum = 0;
      for (let i = 0; i < plane; i++) sum += (maps[a * plane + i]! - means[a]!) * (maps[b * plane + i]! - means[b]!);
      return sum / plane;
    }),
  );
  const axes = leading(covariance, count);
  return {
    name: `${count} components of ${extractor.name}`,
    channels: count,
    cells,
    size,
    dispose: async () => undefined,
    async extract(given, keep) {
      const found = await extractor.extract(given, all);
      const out = new Float32Array(keep.length * plane);
      keep.forEach((k, at) => {
        for (let d = 0; d < channels; d++) {
          const weight = axes[k]![d]!;
          for (let i = 0; i < plane; i++) out[at * plane + i]! += weight * found[d * plane + i]!;
        }
      });
      return out;
    },
  };
}

/** Eigenvectors of the largest eigenvalues of a symmetric matrix, by Jacobi's rotations. */
function leading(matrix: readonly Float64Array[], count: number): readonly Float64Array[] {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (__, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += a[p]![q]! ** 2;
        if (Math.abs(a[p]![q]!) < 1e-18) continue;
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * x - s * y;
          a[k]![q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * x - s * y;
          a[q]![k] = s * x + c * y;
        }
        for (const row of vectors) {
          const [x, y] = [row[p]!, row[q]!];
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
      }
    }
    if (off < 1e-18) break;
  }
  const order = [...a.keys()].sort((i, j) => a[j]![j]! - a[i]![i]!);
  return order.slice(0, count).map((column) => Float64Array.from(vectors, (row) => row[column]!));
}

const SIDE = 5;

/**
 * Half of the channels are random 5 x 5 filters with a rectifier on cells of 4 pixels, the other half fresh noise each time: a
 * test in which the right choice is known. Places of the noise: the second half.
 */
export function filtersAndNoise(cells: number, count: number, draw: Random): FeatureExtractor {
  const size = cells * 4;
  const kernels = Array.from({ length: count }, () => Float64Array.from({ length: SIDE * SIDE }, () => draw.normal()));
  // each filter sums to nought: a flat patch gives nothing
  for (const kernel of kernels) {
    const mean = kernel.reduce((sum, v) => sum + v, 0) / kernel.length;
    for (let i = 0; i < kernel.length; i++) kernel[i]! -= mean;
  }
  const noise = draw.fork('noise');
  const grey = new Float64Array(cells * cells);
  return {
    name: 'random filters and noise',
    channels: 2 * count,
    cells,
    size,
    async extract(patch, keep) {
      grey.fill(0);
      for (let i = 0; i < size * size; i++) {
        const cell = ((Math.floor(i / size) >> 2) * cells + ((i % size) >> 2)) | 0;
        grey[cell]! += (patch[3 * i]! + patch[3 * i + 1]! + patch[3 * i + 2]!) / (3 * 16 * 255);
      }
      const out = new Float32Array(keep.length * cells * cells);
      keep.forEach((channel, k) => {
        const kernel = kernels[channel];
        for (let y = 0; y < cells; y++) {
          for (let x = 0; x < cells; x++) {
            let value = 0;
            if (kernel === undefined) value = noise.normal();
            else {
              for (let j = 0; j < SIDE * SIDE; j++) {
                const v = Math.min(Math.max(y + Math.floor(j / SIDE) - 2, 0), cells - 1);
                const u = Math.min(Math.max(x + (j % SIDE) - 2, 0), cells - 1);
                value += kernel[j]! * grey[v * cells + u]!;
              }
              value = Math.max(0, value);
            }
            out[(k * cells + y) * cells + x] = value;
          }
        }
      });
      return out;
    },
    dispose: async () => undefined,
  };
}
