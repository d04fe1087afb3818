import type { Planes } from './pictures.ts';
import { planeSize } from './pictures.ts';

/** Earlier differences that are combined. */
const MEMORY = 4;

/**
 * Solves x = map(x) for each picture on its own by Anderson's mixing (Walker and Ni 2011): plain repetition plus the least-squares
 * combination of the last few differences. Gives each picture's iterate with the least |map(x) - x| of those tried, so that it
 * is never worse than the start.
 */
export async function fixedPoint(map: (x: Planes) => Promise<Planes>, start: Planes, passes: number): Promise<Planes> {
  const each = planeSize(start.size);
  const best = { ...start, data: start.data.slice() };
  const least = new Float64Array(start.count).fill(Infinity);
  const history: { readonly mapped: Float32Array; readonly gap: Float32Array }[] = [];
  let x = start;
  for (let pass = 0; pass < passes; pass++) {
    const mapped = (await map(x)).data;
    const gap = mapped.map((value, k) => value - x.data[k]!);
    history.push({ mapped, gap });
    if (history.length > MEMORY + 1) history.shift();
    const next = mapped.slice();
    for (let n = 0; n < x.count; n++) {
      const [from, to] = [n * each, (n + 1) * each];
      const size = dot(gap, gap, from, to);
      if (size < least[n]!) {
        least[n] = size;
        best.data.set(x.data.subarray(from, to), from);
      }
      mix(history, next, from, to);
    }
    x = { ...x, data: next };
  }
  return best;
}

/** next -= sum of gamma_j (mapped_j+1 - mapped_j), gamma the least-squares fit of the newest gap by the differences of gaps. */
function mix(history: readonly { mapped: Float32Array; gap: Float32Array }[], next: Float32Array, from: number, to: number): void {
  const count = history.length - 1;
  if (count === 0) return;
  const differences = Array.from({ length: count }, (_, j) => {
    const out = new Float32Array(to - from);
    for (let k = from; k < to; k++) out[k - from] = history[j + 1]!.gap[k]! - history[j]!.gap[k]!;
    return out;
  });
  const newest = history[count]!.gap.subarray(from, to);
  const matrix = differences.map((a) => differences.map((b) => dot(a, b, 0, a.length)));
  const right = differences.map((a) => dot(a, newest, 0, a.length));
  const ridge = 1e-10 * Math.max(...matrix.map((row, i) => row[i]!), 1e-30);
  const gamma = solved(
    matrix.map((row, i) => row.map((value, j) => (i === j ? value + ridge : value))),
    right,
  );
  for (let j = 0; j < count; j++)
    for (let k = from; k < to; k++) next[k]! -= gamma[j]! * (history[j + 1]!.mapped[k]! - history[j]!.mapped[k]!);
}

function dot(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** Symmetric positive definite, a few rows: Gauss without pivots. */
function solved(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const factor = matrix[r]![i]! / matrix[i]![i]!;
      for (let c = i; c < n; c++) matrix[r]![c]! -= factor * matrix[i]![c]!;
      right[r]! -= factor * right[i]!;
    }
  }
  const out = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let c = i + 1; c < n; c++) sum -= matrix[i]![c]! * out[c]!;
    out[i] = sum / matrix[i]![i]!;
  }
  return out;
}
