import type { Spectra } from './spectra.ts';

export interface LinearSystem {
  /** out = A x, with A Hermitian and positive definite under `dot`. */
  readonly apply: (x: Spectra, out: Spectra) => void;
  /** Real inner product. */
  readonly dot: (a: Spectra, b: Spectra) => number;
  /** out = M^-1 x for an easy M near A. */
  readonly precondition: (x: Spectra, out: Spectra) => void;
}

/** What the method needs beside its solution; kept between calls, so that each of them does not fill new memory. */
export interface Workspace {
  readonly residual: Spectra;
  readonly before: Spectra;
  readonly direction: Spectra;
  readonly image: Spectra;
  readonly steep: Spectra;
}

export function workspaceFor({ channels, re }: Spectra): Workspace {
  const empty = (): Spectra => ({ channels, re: new Float64Array(re.length), im: new Float64Array(re.length) });
  return { residual: empty(), before: empty(), direction: empty(), image: empty(), steep: empty() };
}

/** to += scale from */
function addScaled(to: Float64Array, from: Float64Array, scale: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += scale * from[i]!;
}

/** to = from + scale to */
function scaleAndAdd(to: Float64Array, from: Float64Array, scale: number): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i]! + scale * to[i]!;
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
  options: { readonly iterations: number; readonly tolerance?: number; readonly workspace?: Workspace },
): void {
  const { iterations, tolerance = 0, workspace = workspaceFor(b) } = options;
  const { residual, before, direction, image, steep } = workspace;
  apply(x, residual);
  scaleAndAdd(residual.re, b.re, -1);
  scaleAndAdd(residual.im, b.im, -1);
  const goal = tolerance * tolerance * dot(b, b);
  let rho = 0;
  for (let k = 0; k < iterations; k++) {
    if (dot(residual, residual) <= goal) return;
    precondition(residual, steep);
    const next = dot(steep, residual);
    if (!(next > 0)) return;
    if (k === 0) {
      direction.re.set(steep.re);
      direction.im.set(steep.im);
    } else {
      const beta = Math.max(0, (next - dot(steep, before)) / rho);
      scaleAndAdd(direction.re, steep.re, beta);
      scaleAndAdd(direction.im, steep.im, beta);
    }
    apply(direction, image);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return;
    const alpha = dot(direction, residual) / curvature;
    before.re.set(residual.re);
    before.im.set(residual.im);
    addScaled(x.re, direction.re, alpha);
    addScaled(x.im, direction.im, alpha);
    addScaled(residual.re, image.re, -alpha);
    addScaled(residual.im, image.im, -alpha);
    rho = next;
  }
}
