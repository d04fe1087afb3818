import { tile } from '../../ops/arrange.ts';
import { expand, reshape, transpose } from '../../ops/shape.ts';
import { broadcastShapes, sizeOf } from '../../sym.ts';
import { flatIndex, foldable, rearranged } from '../fold.ts';
import type { Importer, Site } from '../site.ts';
import { isKnown, known, knownInts, type Value } from '../values.ts';

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

const shapeOf: Importer = (site) => {
  const { shape } = site.value(0);
  return knownInts(shape.slice(site.int('start') ?? 0, site.int('end') ?? shape.length));
};

/** The same elements in another shape or order. */
export const shapeImporters: Readonly<Record<string, Importer>> = {
  DepthToSpace: depthToSpace,
  Expand: expandTo,
  Flatten: flatten,
  Reshape: reshapeTo,
  Shape: shapeOf,
  Size: (site) => known('int', [], () => sizeOf(site.value(0).shape)),
  SpaceToDepth: spaceToDepth,
  Squeeze: squeeze,
  Tile: tileUp,
  Transpose: permute,
  Unsqueeze: unsqueeze,
};
