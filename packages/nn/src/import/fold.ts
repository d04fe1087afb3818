import { broadcastShapes, sizeOf } from '../sym.ts';
import type { Kind } from './onnx-file.ts';
import type { Site } from './site.ts';
import { isKnown, known, type Known } from './values.ts';

/** Largest known float tensor computed here; larger ones (weights) become constants and the runtime computes with them. */
const MAX_FOLDED_FLOATS = 4096;

const truncated = (a: number, b: number): number => Math.trunc(a / b);
/** Division of integers rounds towards zero. */
const divide = (a: number, b: number, kind: Kind): number => (kind === 'int' ? truncated(a, b) : a / b);

const binary: Readonly<Record<string, (a: number, b: number, kind: Kind) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: divide,
  Pow: (a, b) => a ** b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Sum: (a, b) => a + b,
};
const comparison: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
  Xor: (a, b) => a !== b,
};
const unary: Readonly<Record<string, (a: number) => number>> = {
  Neg: (a) => -a,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Sign: Math.sign,
  Reciprocal: (a) => 1 / a,
  Not: (a) => (a === 0 ? 1 : 0),
  Round: (a) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
};
const reductions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceProd: (values) => values.reduce((a, b) => a * b, 1),
  ReduceSum: (values) => values.reduce((a, b) => a + b, 0),
  ReduceMax: (values) => values.reduce((a, b) => Math.max(a, b), -Infinity),
  ReduceMin: (values) => values.reduce((a, b) => Math.min(a, b), Infinity),
};

/**
 * Computes a node whose inputs are all known, so that chains of shape arithmetic vanish.
 * Undefined: this op is not computed here, and its inputs become constants of the graph.
 */
export function fold(site: Site): Known | undefined {
  const args = site.args.filter((arg) => arg !== undefined);
  if (args.length === 0 || !args.every(isKnown)) return undefined;
  const { op } = site.node;
  if (args.some(({ kind, data }) => kind === 'float' && data.length > MAX_FOLDED_FLOATS)) return undefined;
  const first = args[0]!;
  const two = binary[op];
  if (two !== undefined) return args.slice(1).reduce((a, b) => zip(site, a, b, a.kind, (x, y) => two(x, y, a.kind)), first);
  const compare = comparison[op];
  if (compare !== undefined && args.length === 2) return zip(site, first, args[1]!, 'bool', (x, y) => Number(compare(x, y)));
  const one = unary[op];
  if (one !== undefined) return known(first.kind, first.shape, (i) => one(first.data[i]!));
  const reduce = reductions[op];
  if (reduce !== undefined) return reduced(site, first, reduce);
  if (op === 'Mod') {
    const float = site.int('fmod') === 1;
    return zip(site, first, args[1]!, first.kind, (a, b) => (float ? a % b : a - b * Math.floor(a / b)));
  }
  if (op === 'Where') return chosen(site, args as [Known, Known, Known]);
  if (op === 'Range') {
    const [start, limit, delta] = args.map(({ data }) => data[0]!) as [number, number, number];
    return known(first.kind, [Math.max(Math.ceil((limit - start) / delta), 0)], (i) => start + i * delta);
  }
  return undefined;
}

/** Position in `shape` (which broadcasts to `full`) of element `index` of `full`. */
function broadcastIndex(index: number, full: readonly number[], shape: readonly number[]): number {
  let rest = index;
  let at = 0;
  let stride = 1;
  for (let d = 1; d <= full.length; d++) {
    const size = full[full.length - d]!;
    const coordinate = rest % size;
    rest = Math.floor(rest / size);
    const own = shape[shape.length - d];
    if (own === undefined) continue;
    if (own !== 1) at += coordinate * stride;
    stride *= own;
  }
  return at;
}

function zip(site: Site, a: Known, b: Known, kind: Kind, f: (x: number, y: number) => number): Known {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined) throw site.bad('its inputs do not broadcast', `[${a.shape.join(', ')}]`, `[${b.shape.join(', ')}]`);
  return known(kind, shape, (i) => f(a.data[broadcastIndex(i, shape, a.shape)]!, b.data[broadcastIndex(i, shape, b.shape)]!));
}

function chosen(site: Site, [condition, a, b]: readonly [Known, Known, Known]): Known {
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape) ?? [NaN]);
  if (shape === undefined) throw site.bad('its inputs do not broadcast', `[${a.shape.join(', ')}]`, `[${b.shape.join(', ')}]`);
  const pick = (x: Known, i: number): number => x.data[broadcastIndex(i, shape, x.shape)]!;
  return known(a.kind, shape, (i) => (pick(condition, i) !== 0 ? pick(a, i) : pick(b, i)));
}

function reduced(site: Site, x: Known, f: (values: readonly number[]) => number): Known | undefined {
  const axes = site.setting('axes', 1);
  if (x.shape.length > 1 || (axes !== undefined && axes.length > 1)) return undefined;
  const value = f(Array.from(x.data));
  const keep = site.int('keepdims') ?? 1;
  return known(x.kind, keep === 1 ? x.shape.map(() => 1) : [], () => value);
}

/** The elements of a known tensor at other places: how gather, slice and transpose of known tensors are computed. */
export function rearranged(x: Known, shape: readonly number[], source: (at: readonly number[]) => number): Known {
  return known(x.kind, shape, (i) => {
    let rest = i;
    const at = shape.map(() => 0);
    for (let d = shape.length - 1; d >= 0; d--) {
      at[d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return x.data[source(at)]!;
  });
}

export function flatIndex(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, n, d) => index * shape[d]! + n, 0);
}

/** True when a shape op on `x` is better done now: always for numbers that describe shapes, not for weights. */
export function foldable(x: Known): boolean {
  return x.kind !== 'float' || sizeOf(x.shape) <= MAX_FOLDED_FLOATS;
}
