/** Tensors in double precision, written for being obviously right: what ops are checked against. */
export interface Ref {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Builds a tensor from a function of its coordinates. */
export function build(shape: readonly number[], value: (at: readonly number[]) => number): Ref {
  const data = new Float64Array(size(shape));
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    const at = shape.map(() => 0);
    for (let d = shape.length - 1; d >= 0; d--) {
      at[d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    data[i] = value(at);
  }
  return { shape, data };
}

/** Element at coordinates; axes of size 1 and missing leading axes broadcast. */
export function get(x: Ref, at: readonly number[]): number {
  const own = at.slice(at.length - x.shape.length);
  return x.data[x.shape.reduce((index, n, d) => index * n + (n === 1 ? 0 : own[d]!), 0)]!;
}

export function map(x: Ref, f: (v: number) => number): Ref {
  return { shape: x.shape, data: x.data.map(f) };
}

export function join(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => Math.max(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1));
}

export function map2(a: Ref, b: Ref, f: (x: number, y: number) => number): Ref {
  return build(join(a.shape, b.shape), (at) => f(get(a, at), get(b, at)));
}

/** Folds the given axes away (or keeps them with size 1). */
export function reduce(x: Ref, axes: readonly number[], keep: boolean, f: (values: readonly number[]) => number): Ref {
  const groups = new Map<string, number[]>();
  build(x.shape, (at) => {
    const key = at.filter((_, d) => !axes.includes(d)).join();
    groups.set(key, [...(groups.get(key) ?? []), get(x, at)]);
    return 0;
  });
  const shape = x.shape.flatMap((n, d) => (axes.includes(d) ? (keep ? [1] : []) : [n]));
  const rest = x.shape.filter((_, d) => !axes.includes(d));
  return { shape, data: build(rest, (at) => f(groups.get(at.join())!)).data };
}

export const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const average = (values: readonly number[]): number => total(values) / values.length;

export function transpose(x: Ref, perm: readonly number[]): Ref {
  return build(
    perm.map((d) => x.shape[d]!),
    (at) =>
      get(
        x,
        x.shape.map((_, d) => at[perm.indexOf(d)]!),
      ),
  );
}

export function matmul(a: Ref, b: Ref): Ref {
  const lead = join(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inner = a.shape.at(-1)!;
  return build([...lead, a.shape.at(-2)!, b.shape.at(-1)!], (at) => {
    const batch = at.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += get(a, [...batch, at.at(-2)!, k]) * get(b, [...batch, k, at.at(-1)!]);
    return sum;
  });
}

/** Last two axes swapped. */
export function flipLast(x: Ref): Ref {
  const rank = x.shape.length;
  return transpose(
    x,
    x.shape.map((_, d) => (d === rank - 1 ? rank - 2 : d === rank - 2 ? rank - 1 : d)),
  );
}

export function softmax(x: Ref, axis: number): Ref {
  const sums = reduce(map(x, Math.exp), [axis], true, total);
  return map2(map(x, Math.exp), sums, (a, b) => a / b);
}

/** Abramowitz and Stegun 7.1.5 series: exact to double precision for |x| < 4. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export interface RefWindow {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation?: readonly [number, number];
}

/** Values of each window, undefined where it lies over the padding. */
export function windows(
  x: Ref,
  w: RefWindow,
  fold: (at: readonly [number, number, number, number], values: readonly (number | undefined)[]) => number,
): Ref {
  const [n, channels, height, width] = x.shape as readonly [number, number, number, number];
  const [dh, dw] = w.dilation ?? [1, 1];
  const out = (full: number, k: number, s: number): number => Math.floor((full - k) / s) + 1;
  const h = out(height + w.padding[0] + w.padding[2], dh * (w.size[0] - 1) + 1, w.stride[0]);
  const v = out(width + w.padding[1] + w.padding[3], dw * (w.size[1] - 1) + 1, w.stride[1]);
  return build([n, channels, h, v], (at) => {
    const [b, c, i, j] = at as unknown as readonly [number, number, number, number];
    const values: (number | undefined)[] = [];
    for (let u = 0; u < w.size[0]; u++) {
      for (let t = 0; t < w.size[1]; t++) {
        const y = i * w.stride[0] - w.padding[0] + u * dh;
        const z = j * w.stride[1] - w.padding[1] + t * dw;
        values.push(y >= 0 && y < height && z >= 0 && z < width ? get(x, [b, c, y, z]) : undefined);
      }
    }
    return fold([b, c, i, j], values);
  });
}

export function conv2d(x: Ref, w: Ref, bias: Ref | undefined, window: Omit<RefWindow, 'size'>, groups: number): Ref {
  const [o, cg, kh, kw] = w.shape as readonly [number, number, number, number];
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  const [dh, dw] = window.dilation ?? [1, 1];
  const [top, left, bottom, right] = window.padding;
  const h = Math.floor((height + top + bottom - dh * (kh - 1) - 1) / window.stride[0]) + 1;
  const v = Math.floor((width + left + right - dw * (kw - 1) - 1) / window.stride[1]) + 1;
  const data = new Float64Array(n * o * h * v);
  let next = 0;
  for (let b = 0; b < n; b++) {
    for (let k = 0; k < o; k++) {
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < v; j++, next++) {
          data[next] = bias?.data[k] ?? 0;
          for (let q = 0; q < cg; q++) {
            for (let u = 0; u < kh; u++) {
              for (let t = 0; t < kw; t++) {
                const y = i * window.stride[0] - top + u * dh;
                const z = j * window.stride[1] - left + t * dw;
                const channel = Math.floor(k / (o / groups)) * cg + q;
                if (y >= 0 && y < height && z >= 0 && z < width)
                  data[next]! += x.data[((b * c + channel) * height + y) * width + z]! * w.data[((k * cg + q) * kh + u) * kw + t]!;
              }
            }
          }
        }
      }
    }
  }
  return { shape: [n, o, h, v], data };
}
