/**
 * Least-squares polynomial in time through values seen at some frames, read at every frame of a clip.
 *
 * Detector jitter must not enter the crops: a clip's transform is a low-order function of time, so what moves inside
 * the crop is the face and not the detector.
 *
 * @param times frames at which values were seen, ascending
 * @param values one row per time, rows of equal length
 * @param frames how many frames to read, from time 0
 * @param order of the polynomial: 0, 1 or 2; lowered when there are too few times for it
 * @returns one row per frame
 */
export function smoothOverTime(
  times: readonly number[],
  values: readonly (readonly number[])[],
  frames: number,
  order: number,
): number[][] {
  // With order + 1 samples the fit would only repeat the jitter: ask for one more than that.
  const degree = Math.max(0, Math.min(order, times.length - 2, 2));
  const middle = (frames - 1) / 2;
  const half = Math.max(1, middle);
  const basis = (t: number): number[] => {
    const u = (t - middle) / half;
    return [1, u, u * u].slice(0, degree + 1);
  };
  const rows = times.map(basis);
  const size = degree + 1;
  const normal = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => rows.reduce((sum, r) => sum + r[i]! * r[j]!, 0)),
  );
  const inverse = invert(normal);
  const columns = values[0]?.length ?? 0;
  const out = Array.from({ length: frames }, () => new Array<number>(columns).fill(0));
  for (let c = 0; c < columns; c++) {
    const right = Array.from({ length: size }, (_, i) => rows.reduce((sum, r, k) => sum + r[i]! * values[k]![c]!, 0));
    const solution = inverse.map((row) => row.reduce((sum, value, j) => sum + value * right[j]!, 0));
    for (let t = 0; t < frames; t++) out[t]![c] = basis(t).reduce((sum, b, i) => sum + b * solution[i]!, 0);
  }
  return out;
}

/** Inverse of a small positive definite matrix by Gauss-Jordan elimination. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const a = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = a[i]![i]!;
    for (let j = 0; j < 2 * n; j++) a[i]![j]! /= pivot;
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = a[k]![i]!;
      for (let j = 0; j < 2 * n; j++) a[k]![j]! -= factor * a[i]![j]!;
    }
  }
  return a.map((row) => row.slice(n));
}
