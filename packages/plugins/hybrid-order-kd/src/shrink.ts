/** How a good picture becomes a poor one. */
export const KERNELS = ['area', 'bilinear', 'bicubic'] as const;
export type Kernel = (typeof KERNELS)[number];

/** Row-major [to, from]: weights of shrinking one axis, rows of sum 1. The kernels are as wide as the shrinking asks for. */
export function shrinkMatrix(kernel: Kernel, from: number, to: number): Float32Array {
  const scale = Math.max(1, from / to);
  const matrix = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to;
    const weights = Array.from({ length: from }, (_, j) => weightOf(kernel, centre, j, scale));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, j) => (matrix[i * from + j] = weight / total));
  }
  return matrix;
}

function weightOf(kernel: Kernel, centre: number, pixel: number, scale: number): number {
  if (kernel === 'area') return Math.max(0, Math.min(centre + scale / 2, pixel + 1) - Math.max(centre - scale / 2, pixel));
  const x = Math.abs(pixel + 0.5 - centre) / scale;
  if (kernel === 'bilinear') return Math.max(0, 1 - x);
  // Keys 1981, a = -0.5
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** out [to, to] = M plane M^T, kept within 0..1: cubic weights overshoot. */
export function shrinkPlane(plane: Float32Array, matrix: Float32Array, from: number, to: number, out: Float32Array): void {
  const rows = new Float32Array(to * from);
  for (let i = 0; i < to; i++)
    for (let k = 0; k < from; k++) {
      const weight = matrix[i * from + k]!;
      if (weight !== 0) for (let x = 0; x < from; x++) rows[i * from + x]! += weight * plane[k * from + x]!;
    }
  for (let i = 0; i < to; i++)
    for (let j = 0; j < to; j++) {
      let sum = 0;
      for (let x = 0; x < from; x++) sum += rows[i * from + x]! * matrix[j * from + x]!;
      out[i * to + j] = Math.min(1, Math.max(0, sum));
    }
}
