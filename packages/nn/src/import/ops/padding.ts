import { gather } from '../../ops/indexing.ts';
import { constant } from '../../ops/source.ts';
import { pad, sliceAll } from '../../ops/shape.ts';
import type { Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';

/** Place of the element that stands at `at` (negative before the axis) of an axis of n elements. */
const PLACES: Readonly<Record<string, (at: number, n: number) => number>> = {
  edge: (at, n) => Math.min(Math.max(at, 0), n - 1),
  wrap: (at, n) => ((at % n) + n) % n,
  // mirrored at the ends, which are not repeated
  reflect: (at, n) => {
    if (n === 1) return 0;
    const period = 2 * (n - 1);
    const within = ((at % period) + period) % period;
    return within < n ? within : period - within;
  },
};

const padding: Importer = (site) => {
  const x = site.sym(0);
  const rank = x.shape.length;
  const given = site.ints('pads') ?? site.ints('paddings') ?? site.numbers(1, 'pads') ?? [];
  const axes = site.numbers(3, 'axes')?.map((axis) => site.axis(axis, rank)) ?? x.shape.map((_, i) => i);
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = given[i]!;
    after[axis] = given[axes.length + i]!;
  });
  // negative padding cuts
  const cut = sliceAll(
    x,
    before.map((n) => Math.max(-n, 0)),
    x.shape.map((n, i) => n - Math.max(-after[i]!, 0)),
  );
  const grow = (list: readonly number[]): number[] => list.map((n) => Math.max(n, 0));
  const mode = site.text('mode') ?? 'constant';
  if (mode === 'constant') return pad(cut, grow(before), grow(after), site.float('value') ?? site.scalar(2, 'value') ?? 0);
  return repeated(site, cut, grow(before), grow(after), mode);
};

function repeated(site: Site, x: Sym, before: readonly number[], after: readonly number[], mode: string): Sym {
  const place = PLACES[mode];
  if (place === undefined) throw site.unsupported('it pads in a way we do not know', ['constant', ...Object.keys(PLACES)].join(', '), mode);
  return x.shape.reduce((y, n, axis) => {
    if (before[axis] === 0 && after[axis] === 0) return y;
    const places = Int32Array.from({ length: n + before[axis]! + after[axis]! }, (_, i) => place(i - before[axis]!, n));
    return gather(y, constant(places, [places.length]), axis);
  }, x);
}

export const paddingImporters: Readonly<Record<string, Importer>> = { Pad: padding };
