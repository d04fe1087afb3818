import { upsampleNearest } from '../../ops/convolution.ts';
import { gather } from '../../ops/indexing.ts';
import { matmul } from '../../ops/linear-algebra.ts';
import { constant } from '../../ops/source.ts';
import type { Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { alongLast } from './along-last.ts';

/** One axis of a resize: `scale` is output / input as the file has it, not rounded to whole elements. */
interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Place in the input, as a fraction of elements, that output element o is computed from. */
const COORDINATES: Readonly<Record<string, (o: number, a: Axis) => number>> = {
  half_pixel: (o, { scale }) => (o + 0.5) / scale - 0.5,
  half_pixel_symmetric: (o, { from, to, scale }) => (from / 2) * (1 - to / (from * scale)) + (o + 0.5) / scale - 0.5,
  pytorch_half_pixel: (o, { to, scale }) => (to > 1 ? (o + 0.5) / scale - 0.5 : 0),
  align_corners: (o, { from, to }) => (to > 1 ? (o * (from - 1)) / (to - 1) : 0),
  asymmetric: (o, { scale }) => o / scale,
  tf_half_pixel_for_nn: (o, { scale }) => (o + 0.5) / scale,
};

const ROUNDED: Readonly<Record<string, (v: number) => number>> = {
  round_prefer_floor: (v) => Math.ceil(v - 0.5),
  round_prefer_ceil: (v) => Math.floor(v + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys' cubic kernel. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
}

const triangle = (x: number): number => Math.max(1 - Math.abs(x), 0);

/** Weights [from, to] with which input elements make each output element; past the ends the edge is repeated. */
function weights(a: Axis, place: (o: number) => number, kernel: (x: number) => number, support: number, exclude: boolean): Float32Array {
  const data = new Float32Array(a.from * a.to);
  for (let o = 0; o < a.to; o++) {
    const at = place(o);
    const first = Math.floor(at) - support + 1;
    const taps = Array.from({ length: 2 * support }, (_, k) => ({ i: first + k, w: kernel(at - first - k) })).filter(
      ({ i }) => !exclude || (i >= 0 && i < a.from),
    );
    const total = exclude ? taps.reduce((sum, { w }) => sum + w, 0) : 1;
    for (const { i, w } of taps) {
      const row = Math.min(Math.max(i, 0), a.from - 1);
      data[row * a.to + o] = data[row * a.to + o]! + w / total;
    }
  }
  return data;
}

interface Style {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly exclude: boolean;
}

function resized(site: Site, x: Sym, axes: readonly Axis[], style: Style): Sym {
  const coordinate = COORDINATES[style.coordinates];
  if (coordinate === undefined)
    throw site.unsupported('its coordinates are of a kind we do not know', Object.keys(COORDINATES).join(', '), style.coordinates);
  if (style.mode === 'nearest') return nearest(site, x, axes, style, coordinate);
  const linear = style.mode === 'linear';
  if (!linear && style.mode !== 'cubic') throw site.unsupported('its mode is unknown', 'nearest, linear, cubic', style.mode);
  const kernel = linear ? triangle : (d: number): number => cubic(d, style.cubicA);
  return axes.reduce((y, a) => {
    if (a.from === a.to && a.scale === 1) return y;
    const m = constant(
      weights(a, (o) => coordinate(o, a), kernel, linear ? 1 : 2, style.exclude),
      [a.from, a.to],
    );
    return alongLast(y, a.axis, (last) => matmul(last, m));
  }, x);
}

function nearest(site: Site, x: Sym, axes: readonly Axis[], style: Style, coordinate: (o: number, a: Axis) => number): Sym {
  const round = ROUNDED[style.nearest];
  if (round === undefined) throw site.unsupported('its rounding is unknown', Object.keys(ROUNDED).join(', '), style.nearest);
  const places = axes.map((a) => Int32Array.from({ length: a.to }, (_, o) => Math.min(Math.max(round(coordinate(o, a)), 0), a.from - 1)));
  const [h, w] = [axes.find(({ axis }) => axis === 2), axes.find(({ axis }) => axis === 3)];
  const repeats = axes.every((a, i) => Number.isInteger(a.scale) && places[i]!.every((p, o) => p === Math.floor(o / a.scale)));
  const spatial = axes.every(({ axis, scale }) => axis >= 2 || scale === 1);
  if (x.shape.length === 4 && repeats && spatial) return upsampleNearest(x, [h?.scale ?? 1, w?.scale ?? 1]);
  return axes.reduce((y, { axis }, i) => {
    const own = places[i]!;
    return own.length === y.shape[axis] && own.every((p, o) => p === o) ? y : gather(y, constant(own, [own.length]), axis);
  }, x);
}

function axesOf(
  site: Site,
  x: Sym,
  which: readonly number[],
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
): Axis[] {
  const given = scales ?? sizes;
  if (given === undefined || given.length !== which.length)
    throw site.bad('its scales or sizes do not fit its input', `${which.length} of them`, `${given?.length ?? 0}`);
  return which.map((axis, i) => {
    const from = x.shape[axis]!;
    // scales are stored as float32: 0.6f times 10 must not fall below 6
    const to = sizes === undefined ? Math.floor(from * scales![i]! + 1e-6) : sizes[i]!;
    if (!(to >= 1)) throw site.bad('its output is empty', 'at least one element', `${to} on axis ${axis}`);
    return { axis, from, to, scale: sizes === undefined ? scales![i]! : to / from };
  });
}

const resize: Importer = (site) => {
  const x = site.sym(0);
  const old = site.opset < 11;
  const [scales, sizes] = old
    ? [site.numbers(1, 'scales'), undefined]
    : [notEmpty(site.numbers(2, 'scales')), notEmpty(site.numbers(3, 'sizes'))];
  if ((site.int('antialias') ?? 0) === 1) throw site.unsupported('it smooths before shrinking', 'antialias = 0');
  if ((site.text('keep_aspect_ratio_policy') ?? 'stretch') !== 'stretch')
    throw site.unsupported('it keeps the aspect ratio', 'keep_aspect_ratio_policy = stretch', site.text('keep_aspect_ratio_policy'));
  const which = site.ints('axes')?.map((axis) => site.axis(axis, x.shape.length)) ?? x.shape.map((_, i) => i);
  return resized(site, x, axesOf(site, x, which, scales, sizes), {
    mode: site.text('mode') ?? 'nearest',
    coordinates: old ? 'asymmetric' : (site.text('coordinate_transformation_mode') ?? 'half_pixel'),
    nearest: old ? 'floor' : (site.text('nearest_mode') ?? 'round_prefer_floor'),
    cubicA: site.float('cubic_coeff_a') ?? -0.75,
    exclude: site.int('exclude_outside') === 1,
  });
};

function notEmpty(values: readonly number[] | undefined): readonly number[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}

const upsample: Importer = (site) => {
  const x = site.sym(0);
  const scales = site.floats('scales') ?? site.numbers(1, 'scales');
  const axes = axesOf(
    site,
    x,
    x.shape.map((_, i) => i),
    scales,
    undefined,
  );
  return resized(site, x, axes, {
    mode: site.text('mode') ?? 'nearest',
    coordinates: 'asymmetric',
    nearest: 'floor',
    cubicA: 0,
    exclude: false,
  });
};

export const resizeImporters: Readonly<Record<string, Importer>> = { Resize: resize, Upsample: upsample };
