import type { Spectra } from './spectra.ts';

export interface LinearSystem {
  /** out = A x, with A Hermitian and positive definite under `dot`. */
  readonly apply: (x: Spectra, out: Spectra) => void;
  /** Real inner product. */
  readonly dot: (a: Spectra, b: Spectra) => number;
  /** out = M^-1 x for an easy M near A. */
  readonly precondition: (x: Spectra, out: Spectra) => void;
}

const like = ({ channels, re }: Spectra): Spectra => ({ channels, re: new Float64Array(re.length), im: new Float64Array(re.length) });

function addScaled(to: Spectra, from: Spectra, scale: number): void {
  for (let i = 0; i < to.re.length; i++) {
    to.re[i]! += scale * from.re[i]!;
    to.im[i]! += scale * from.im[i]!;
  }
}

/**
 * Preconditioned conjugate gradients for A x = b from the x given, which is improved in place (Polak-Ribiere, as ECO has it:
 * with a fixed system it equals Fletcher-Reeves, and forgives inexact arithmetic). Stops after `iterations` or when the
 * residual has fallen to `tolerance` times b.
 */
export function conjugateGradient(
  { apply, dot, precondition }: LinearSystem,
  b: Spectra,
  x: Spectra,
  options: { readonly iterations: number; readonly tolerance?: number },
): void {
  const { iterations, tolerance = 0 } = options;
  const residual = like(b);
  apply(x, residual);
  for (let i = 0; i < b.re.length; i++) {
    residual.re[i] = b.re[i]! - residual.re[i]!;
    residual.im[i] = b.im[i]! - residual.im[i]!;
  }
  const goal = tolerance * tolerance * dot(b, b);
  const direction = like(b);
  const image = like(b);
  const steep = like(b);
  const before = like(b);
  let rho = 0;
  for (let k = 0; k < iterations; k++) {
    if (dot(residual, residual) <= goal) return;
    precondition(residual, steep);
    const next = dot(steep, residual);
    if (!(next > 0)) return;
    const beta = k === 0 ? 0 : Math.max(0, (next - dot(steep, before)) / rho);
    for (let i = 0; i < direction.re.length; i++) {
      direction.re[i] = steep.re[i]! + beta * direction.re[i]!;
      direction.im[i] = steep.im[i]! + beta * direction.im[i]!;
    }
    apply(direction, image);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return;
    const alpha = dot(direction, residual) / curvature;
    before.re.set(residual.re);
    before.im.set(residual.im);
    addScaled(x, direction, alpha);
    addScaled(residual, image, -alpha);
    rho = next;
  }
}
