import { cumulativeSum, takeAlongAxis } from '../../ops/along-axis.ts';
import { tile } from '../../ops/arrange.ts';
import { add, cast, mul, sub } from '../../ops/elementwise.ts';
import { gather, oneHot } from '../../ops/indexing.ts';
import { concat, expand, flip, reshape, sliceAll, split, transpose } from '../../ops/shape.ts';
import { broadcastShapes, sizeOf, type Sym } from '../../sym.ts';
import { flatIndex, fold, foldable, rearranged } from '../fold.ts';
import type { Importer, Site } from '../site.ts';
import { isKnown, kindOf, known, knownInts, toSym, type Known, type Value } from '../values.ts';
import type { StoredTensor } from '../onnx-file.ts';
import { knownPlaces } from './scatter.ts';
import { elementKind } from '../read-tensor.ts';

function reshaped(site: Site, x: Value, shape: readonly number[]): Value {
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw site.bad('the new shape has another number of elements', `${sizeOf(x.shape)} elements`, `[${shape.join(', ')}]`);
  if (isKnown(x)) return { ...x, shape };
  if (sizeOf(shape) === 0) throw site.unsupported('its tensor is empty', 'at least one element', `[${shape.join(', ')}]`);
  return reshape(x, shape);
}

const reshapeTo: Importer = (site) => {
  const x = site.value(0);
  const wanted = [...(site.setting('shape', 1) ?? [])];
  // a model exported for one batch size is used with another: the leading axis stays the batch
  const { batch } = site.run;
  if (batch !== undefined && !isKnown(x) && wanted[0] === batch.stored && x.shape[0] === batch.wanted) wanted[0] = batch.wanted;
  const copied = wanted.map((n, i) => (n === 0 && site.int('allowzero') !== 1 ? (x.shape[i] ?? 0) : n));
  const rest = sizeOf(copied.filter((n) => n !== -1));
  return reshaped(
    site,
    x,
    copied.map((n) => (n === -1 ? (rest === 0 ? 0 : sizeOf(x.shape) / rest) : n)),
  );
};

const flatten: Importer = (site) => {
  const x = site.value(0);
  const at = site.int('axis') ?? 1;
  const axis = at < 0 ? at + x.shape.length : at;
  return reshaped(site, x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
};

const squeeze: Importer = (site) => {
  const x = site.value(0);
  const axes = site.setting('axes', 1)?.map((axis) => site.axis(axis, x.shape.length));
  const wrong = axes?.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined)
    throw site.bad('it removes an axis that has more than one element', 'size 1', `${x.shape[wrong]} on axis ${wrong}`);
  return reshaped(
    site,
    x,
    x.shape.filter((n, i) => (axes === undefined ? n !== 1 : !axes.includes(i))),
  );
};

const unsqueeze: Importer = (site) => {
  const x = site.value(0);
  const given = site.setting('axes', 1) ?? [];
  const rank = x.shape.length + given.length;
  const axes = given.map((axis) => site.axis(axis, rank));
  const sizes = [...x.shape];
  return reshaped(
    site,
    x,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : sizes.shift()!)),
  );
};

const permute: Importer = (site) => {
  const x = site.value(0);
  const perm = site.ints('perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  if (!isKnown(x) || !foldable(x)) return transpose(site.asSym(x), perm);
  const shape = perm.map((axis) => x.shape[axis]!);
  return rearranged(x, shape, (at) => {
    const source = x.shape.map(() => 0);
    perm.forEach((axis, i) => (source[axis] = at[i]!));
    return flatIndex(source, x.shape);
  });
};

const concatenate: Importer = (site) => {
  const args = site.args.filter((arg) => arg !== undefined).filter((arg) => !(arg.shape.length === 1 && arg.shape[0] === 0));
  const [first] = args;
  if (first === undefined) return known('int', [0], () => 0);
  const axis = site.axis(site.int('axis') ?? 1, first.shape.length);
  if (first.shape.length === 1 && args.every((arg) => isKnown(arg) && foldable(arg))) {
    const all = args.flatMap((arg) => (isKnown(arg) ? Array.from(arg.data) : []));
    return known(kindOf(first), [all.length], (i) => all[i]!);
  }
  return concat(
    args.map((arg) => site.asSym(arg)),
    axis,
  );
};

const splitUp: Importer = (site) => {
  const x = site.value(0);
  const axis = site.axis(site.int('axis') ?? 0, x.shape.length);
  const size = x.shape[axis]!;
  const count = site.int('num_outputs') ?? site.node.outputs.length;
  const part = Math.ceil(size / count);
  const sizes = site.setting('split', 1) ?? Array.from({ length: count }, (_, i) => Math.min(part, size - i * part));
  if (sizes.includes(0)) throw site.unsupported('a part is empty', 'parts of at least one element', `[${sizes.join(', ')}]`);
  if (isKnown(x) && foldable(x)) {
    return sizes.map((n, i) =>
      cut(
        x,
        axis,
        Array.from({ length: n }, (_, k) => sizes.slice(0, i).reduce((a, b) => a + b, 0) + k),
      ),
    );
  }
  return split(site.asSym(x), sizes, axis);
};

/** The elements of a known tensor at the given places along one axis. */
function cut(x: Known, axis: number, places: readonly number[]): Known {
  return rearranged(
    x,
    x.shape.map((n, i) => (i === axis ? places.length : n)),
    (at) =>
      flatIndex(
        at.map((n, i) => (i === axis ? places[n]! : n)),
        x.shape,
      ),
  );
}

const clampTo = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

const sliceUp: Importer = (site) => {
  const x = site.value(0);
  const rank = x.shape.length;
  const starts = site.setting('starts', 1) ?? [];
  const ends = site.setting('ends', 2) ?? [];
  const axes = (site.setting('axes', 3) ?? starts.map((_, i) => i)).map((axis) => site.axis(axis, rank));
  const steps = site.numbers(4, 'steps') ?? starts.map(() => 1);
  return axes.reduce<Value>((value, axis, i) => {
    const size = value.shape[axis]!;
    const step = steps[i]!;
    if (step === 0) throw site.bad('its step is 0', 'a step that moves', '0');
    const wrap = (v: number): number => (v < 0 ? v + size : v);
    const start = step > 0 ? clampTo(wrap(starts[i]!), 0, size) : clampTo(wrap(starts[i]!), 0, size - 1);
    const end = step > 0 ? clampTo(wrap(ends[i]!), 0, size) : clampTo(wrap(ends[i]!), -1, size - 1);
    const count = Math.max(Math.ceil((end - start) / step), 0);
    if (isKnown(value) && foldable(value))
      return cut(
        value,
        axis,
        Array.from({ length: count }, (_, k) => start + k * step),
      );
    if (count === 0) throw site.unsupported('it takes an empty part', 'at least one element', `start ${start}, end ${end}, step ${step}`);
    // a negative step reads the reversed axis
    const source = step > 0 ? site.asSym(value) : flip(site.asSym(value), axis);
    const from = step > 0 ? start : size - 1 - start;
    const by = Math.abs(step);
    const pick = (mine: number, other: (n: number) => number): number[] => source.shape.map((n, d) => (d === axis ? mine : other(n)));
    return sliceAll(
      source,
      pick(from, () => 0),
      pick(from + (count - 1) * by + 1, (n) => n),
      pick(by, () => 1),
    );
  }, x);
};

const gatherAt: Importer = (site) => {
  const x = site.value(0);
  const axis = site.axis(site.int('axis') ?? 0, x.shape.length);
  const at = site.value(1);
  if (!isKnown(at)) return gather(site.asSym(x), at, axis);
  const places = knownPlaces(site, at, x.shape[axis]!);
  const shape = [...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)];
  if (isKnown(x) && foldable(x)) return { ...cut(x, axis, [...places.data]), shape };
  return gather(site.asSym(x), toSym(places), axis);
};

const gatherElements: Importer = (site) => {
  const x = site.sym(0);
  const axis = site.axis(site.int('axis') ?? 0, x.shape.length);
  const at = site.value(1);
  return takeAlongAxis(x, isKnown(at) ? toSym(knownPlaces(site, at, x.shape[axis]!)) : at, axis);
};

const expandTo: Importer = (site) => {
  const x = site.value(0);
  const wanted = site.numbers(1, 'shape') ?? [];
  const shape = broadcastShapes(x.shape, wanted);
  if (shape === undefined)
    throw site.bad('it cannot grow to this shape', `a shape that broadcasts with [${x.shape.join(', ')}]`, `[${wanted.join(', ')}]`);
  if (isKnown(x) && x.kind !== 'float')
    return rearranged(x, shape, (at) =>
      flatIndex(
        at.slice(shape.length - x.shape.length).map((n, i) => (x.shape[i] === 1 ? 0 : n)),
        x.shape,
      ),
    );
  return expand(site.asSym(x), shape);
};

const tileUp: Importer = (site) => {
  const repeats = site.numbers(1, 'repeats') ?? [];
  const x = site.value(0);
  if (isKnown(x) && foldable(x)) {
    return rearranged(
      x,
      x.shape.map((n, i) => n * repeats[i]!),
      (at) =>
        flatIndex(
          at.map((n, i) => n % x.shape[i]!),
          x.shape,
        ),
    );
  }
  return tile(site.asSym(x), repeats);
};

const depthToSpace: Importer = (site) => {
  const x = site.sym(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const b = site.int('blocksize') ?? 1;
  const inner = c / (b * b);
  const columns = site.text('mode') === 'CRD';
  const parts = columns ? reshape(x, [n, inner, b, b, h, w]) : reshape(x, [n, b, b, inner, h, w]);
  return reshape(transpose(parts, columns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, inner, h * b, w * b]);
};

const spaceToDepth: Importer = (site) => {
  const x = site.sym(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const b = site.int('blocksize') ?? 1;
  return reshape(transpose(reshape(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
};

export function fromStored({ kind, shape, data }: StoredTensor): Known {
  return { known: true, kind, shape, data };
}

const constantOf: Importer = (site) => {
  const tensor = site.tensor('value');
  if (tensor !== undefined) return fromStored(tensor);
  const [float, int] = [site.float('value_float'), site.int('value_int')];
  if (float !== undefined) return known('float', [], () => float);
  if (int !== undefined) return known('int', [], () => int);
  const [floats, ints] = [site.floats('value_floats'), site.ints('value_ints')];
  if (floats !== undefined) return known('float', [floats.length], (i) => floats[i]!);
  if (ints !== undefined) return knownInts(ints);
  throw site.unsupported('its value is of a kind we do not compute with', 'numbers');
};

const filled: Importer = (site) => {
  const shape = site.numbers(0, 'shape') ?? [];
  const tensor = site.tensor('value');
  const value = tensor?.data[0] ?? 0;
  return known(tensor?.kind ?? 'float', shape, () => value);
};

const shapeOf: Importer = (site) => {
  const { shape } = site.value(0);
  const at = (v: number): number => clampTo(v < 0 ? v + shape.length : v, 0, shape.length);
  return knownInts(shape.slice(at(site.int('start') ?? 0), at(site.int('end') ?? shape.length)));
};

/** Keeps the upper or lower triangle of the last two axes: a product with a 0/1 matrix. */
const triangle: Importer = (site) => {
  const x = site.sym(0);
  const k = site.scalar(1, 'diagonal') ?? 0;
  const upper = (site.int('upper') ?? 1) === 1;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const mask = known('float', [rows, columns], (i) => {
    const [r, c] = [Math.floor(i / columns), i % columns];
    return Number(upper ? c - r >= k : c - r <= k);
  });
  if (x.dtype !== 'float32') return cast(mul(cast(x, 'float32'), site.asSym(mask)), x.dtype);
  return mul(x, site.asSym(mask));
};

const runningSum: Importer = (site) => {
  const x = site.sym(0);
  const axis = site.axis(site.scalar(1, 'axis') ?? 0, x.shape.length);
  const total = cumulativeSum(x, axis, { reverse: site.int('reverse') === 1 });
  return site.int('exclusive') === 1 ? sub(total, x) : total;
};

/** Applies `f`, which works on the last axis, to another axis. */
export function alongLast(x: Sym, axis: number, f: (x: Sym) => Sym): Sym {
  const rank = x.shape.length;
  const swap = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  // a product needs rows: one is added where there are none
  const moved = transpose(x, swap);
  const rows = reshape(moved, [sizeOf(moved.shape.slice(0, -1)), moved.shape.at(-1)!]);
  const y = f(rows);
  return transpose(reshape(y, [...moved.shape.slice(0, -1), y.shape.at(-1)!]), swap);
}

const oneHotOf: Importer = (site) => {
  const labels = site.sym(0);
  const depth = site.scalar(1, 'depth')!;
  const [off, on] = site.numbers(2, 'values') as [number, number];
  const axis = site.int('axis') ?? -1;
  const rank = labels.shape.length + 1;
  const at = site.axis(axis, rank);
  const whole = labels.dtype === 'int32' ? labels : cast(labels, 'int32');
  // negative labels count from the end
  const shifted = cast(add(cast(whole, 'float32'), depth), 'int32');
  const ones = add(mul(add(oneHot(whole, depth), oneHot(shifted, depth)), on - off), off);
  const order = Array.from({ length: rank }, (_, i) => (i === at ? rank - 1 : i < at ? i : i - 1));
  return transpose(ones, order);
};

const eye: Importer = (site) => {
  const [rows, columns] = site.value(0).shape as [number, number];
  const k = site.int('k') ?? 0;
  return known(elementKind(site.int('dtype') ?? 1) ?? 'float', [rows, columns], (i) =>
    Number((i % columns) - Math.floor(i / columns) === k),
  );
};

const branchOf: Importer = (site) => {
  const condition = site.scalar(0, 'condition');
  const graph = site.graph(condition === 0 ? 'else_branch' : 'then_branch');
  if (graph === undefined) throw site.bad('it has no branch', 'a graph for either case', 'nothing');
  return site.run.branch(graph);
};

const range: Importer = (site) => {
  const folded = fold(site);
  if (folded === undefined) throw site.unsupported('its bounds are computed while the model runs', 'known bounds');
  return folded;
};

export const shapeImporters: Readonly<Record<string, Importer>> = {
  Concat: concatenate,
  Constant: constantOf,
  ConstantOfShape: filled,
  CumSum: runningSum,
  DepthToSpace: depthToSpace,
  Expand: expandTo,
  EyeLike: eye,
  Flatten: flatten,
  Gather: gatherAt,
  GatherElements: gatherElements,
  If: branchOf,
  OneHot: oneHotOf,
  Range: range,
  Reshape: reshapeTo,
  Shape: shapeOf,
  Size: (site) => known('int', [], () => sizeOf(site.value(0).shape)),
  Slice: sliceUp,
  SpaceToDepth: spaceToDepth,
  Split: splitUp,
  Squeeze: squeeze,
  Tile: tileUp,
  Transpose: permute,
  Trilu: triangle,
  Unsqueeze: unsqueeze,
};
