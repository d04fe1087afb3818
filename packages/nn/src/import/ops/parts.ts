import { takeAlongAxis } from '../../ops/along-axis.ts';
import { gather } from '../../ops/indexing.ts';
import { concat, flip, sliceAll, split } from '../../ops/shape.ts';
import { flatIndex, foldable, rearranged } from '../fold.ts';
import type { Importer } from '../site.ts';
import { isKnown, kindOf, known, toSym, type Known, type Value } from '../values.ts';
import { knownPlaces } from './scatter.ts';

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

/** Joining tensors and taking parts of them. */
export const partImporters: Readonly<Record<string, Importer>> = {
  Concat: concatenate,
  Gather: gatherAt,
  GatherElements: gatherElements,
  Slice: sliceUp,
  Split: splitUp,
};
