import { gatherBatch, scatterAddAlongAxis } from '../../ops/along-axis.ts';
import { add, mul } from '../../ops/elementwise.ts';
import { greater, less, where } from '../../ops/logic.ts';
import { gather, scatterAdd } from '../../ops/indexing.ts';
import { pad, reshape, slice } from '../../ops/shape.ts';
import { ones } from '../../ops/source.ts';
import { sameShape, sizeOf, type Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { isKnown, known, toSym, type Known, type Value } from '../values.ts';

/** Known places along an axis of `size`, counted from its start: ONNX lets negative ones count from the end. */
export function knownPlaces(site: Site, at: Known, size: number): Known {
  const data = Float64Array.from(at.data, (v) => (v < 0 ? v + size : v));
  const wrong = data.find((v) => v < 0 || v >= size);
  if (wrong !== undefined) throw site.bad('an index is out of range', `-${size}..${size - 1}`, `${wrong}`);
  return { ...at, data };
}

/** The same as int32 tensors, also of places that the model computes while it runs. */
function placesAlong(site: Site, at: Value, size: number): Sym {
  return isKnown(at) ? toSym(knownPlaces(site, at, size)) : where(less(at, 0), add(at, size), at);
}

/** Places of whole rows: indices [..., k] into the first k of `sizes` as places 0..product - 1, [...]. */
function flatPlaces(site: Site, at: Value, sizes: readonly number[]): Sym {
  const shape = at.shape.slice(0, -1);
  const count = sizeOf(shape);
  return sizes
    .map((size, i): Sym => {
      const stride = sizeOf(sizes.slice(i + 1));
      const column: Value = isKnown(at)
        ? known(at.kind, shape, (row) => at.data[row * sizes.length + i]!)
        : reshape(slice(reshape(at, [count, sizes.length]), { axis: 1, start: i, end: i + 1 }), shape);
      return mul(placesAlong(site, column, size), stride);
    })
    .reduce((a, b) => add(a, b));
}

/** How many leading axes (after those of the batch) an index of GatherND or ScatterND names. */
function depthOf(site: Site, x: Sym, at: Value, batch: number): number {
  const depth = at.shape.at(-1);
  if (depth === undefined || depth < 1 || batch + depth > x.shape.length)
    throw site.bad('its indices do not fit', `1..${x.shape.length - batch} numbers for each place`, `[${at.shape.join(', ')}]`);
  return depth;
}

const gatherNd: Importer = (site) => {
  const [x, at] = [site.sym(0), site.value(1)];
  const batch = site.int('batch_dims') ?? 0;
  const depth = depthOf(site, x, at, batch);
  const lead = x.shape.slice(0, batch);
  const named = x.shape.slice(batch, batch + depth);
  const rest = x.shape.slice(batch + depth);
  const places = flatPlaces(site, at, named);
  const rows = reshape(x, [...lead, sizeOf(named), ...rest]);
  // without axes of its own an index is one place for each sample
  if (batch === 0) return gather(rows, places, 0);
  const own = places.shape.length === batch ? reshape(places, [...places.shape, 1]) : places;
  return reshape(gatherBatch(rows, own, batch), [...places.shape, ...rest]);
};

/** x with `added` in the places that `count` says were written to. */
function written(site: Site, x: Sym, added: Sym, count: () => Sym): Sym {
  const reduction = site.text('reduction') ?? 'none';
  if (reduction === 'add') return add(x, added);
  if (reduction === 'none') return where(greater(count(), 0), added, x);
  throw site.unsupported(`it joins values by "${reduction}"`, 'reduction none or add');
}

function checkFloat(site: Site, x: Sym): void {
  if (x.dtype !== 'float32') throw site.unsupported('it writes into integers that are not known before the model runs', 'float32');
}

const scatterNd: Importer = (site) => {
  const [x, at, updates] = [site.sym(0), site.value(1), site.sym(2)];
  checkFloat(site, x);
  const depth = depthOf(site, x, at, 0);
  const rest = x.shape.slice(depth);
  const wanted = [...at.shape.slice(0, -1), ...rest];
  if (!sameShape(updates.shape, wanted))
    throw site.bad('its updates do not fit its indices', `[${wanted.join(', ')}]`, `[${updates.shape.join(', ')}]`);
  const places = flatPlaces(site, at, x.shape.slice(0, depth));
  const rows = sizeOf(x.shape.slice(0, depth));
  const laid = (values: Sym): Sym => reshape(scatterAdd(places, values, rows), x.shape);
  return written(site, x, laid(updates), () => laid(ones(updates.shape)));
};

const scatterElements: Importer = (site) => {
  const [x, at, updates] = [site.sym(0), site.value(1), site.sym(2)];
  checkFloat(site, x);
  const axis = site.axis(site.int('axis') ?? 0, x.shape.length);
  if (!sameShape(at.shape, updates.shape) || at.shape.some((n, i) => i !== axis && n > x.shape[i]!))
    throw site.bad('its updates do not fit', `at most [${x.shape.join(', ')}]`, `[${updates.shape.join(', ')}]`);
  const places = placesAlong(site, at, x.shape[axis]!);
  const laid = (values: Sym): Sym => {
    const y = scatterAddAlongAxis(places, values, axis, x.shape[axis]!);
    return pad(
      y,
      y.shape.map(() => 0),
      y.shape.map((n, i) => x.shape[i]! - n),
    );
  };
  return written(site, x, laid(updates), () => laid(ones(updates.shape)));
};

/** Writing into places and reading from them, by whole indices. Equal places are the model's mistake unless it adds. */
export const scatterImporters: Readonly<Record<string, Importer>> = {
  GatherND: gatherNd,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
};
