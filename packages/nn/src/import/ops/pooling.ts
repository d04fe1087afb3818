import { avgPool2d, maxPool2d } from '../../ops/convolution.ts';
import { maximum, mul } from '../../ops/elementwise.ts';
import { max, mean } from '../../ops/reduce.ts';
import { pad, reshape, sliceAll } from '../../ops/shape.ts';
import { constant } from '../../ops/source.ts';
import { sizeOf, type Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { windowCounts, windowOf, type SpatialWindow } from './windows.ts';

type Pool = typeof maxPool2d;

/** A window over one, two or three spatial axes by two-dimensional pools: the axes are pooled one after the other where there are three. */
function pooled(x: Sym, w: SpatialWindow, pool: Pool): Sym {
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  const window = (...axes: (number | undefined)[]): Parameters<Pool>[1] => ({
    size: pairOf(axes, (i) => w.size[i]!, 1),
    stride: pairOf(axes, (i) => w.stride[i]!, 1),
    padding: [...pairOf(axes, (i) => w.before[i]!, 0), ...pairOf(axes, (i) => w.after[i]!, 0)] as [number, number, number, number],
  });
  if (spatial.length === 1) return reshape(pool(reshape(x, [n, c, 1, spatial[0]!]), window(undefined, 0)), [n, c, ...w.output]);
  if (spatial.length === 2) return pool(x, window(0, 1));
  const [depth, height, width] = spatial as [number, number, number];
  const planes = pool(reshape(x, [n, c * depth, height, width]), window(1, 2));
  return reshape(pool(reshape(planes, [n, c, depth, w.output[1]! * w.output[2]!]), window(0, undefined)), [n, c, ...w.output]);
}

const pairOf = (axes: readonly (number | undefined)[], pick: (i: number) => number, none: number): [number, number] =>
  axes.map((i) => (i === undefined ? none : pick(i))) as [number, number];

function checkInput(site: Site, x: Sym): void {
  if (x.dtype !== 'float32') throw site.unsupported('it pools integers', 'float tensors', x.dtype);
  if (x.shape.length < 3 || x.shape.length > 5)
    throw site.unsupported('it pools over more axes than three', '[N, C, ...] with 1 to 3 spatial axes', `rank ${x.shape.length}`);
}

const maxPool: Importer = (site) => {
  const x = site.sym(0);
  checkInput(site, x);
  if (site.node.outputs.length > 1 && site.node.outputs[1] !== '')
    throw site.unsupported('its second output, the places of the largest elements, is not imported', 'one output');
  const w = windowOf(site, x.shape.slice(2), site.ints('kernel_shape') ?? []);
  // padding must stay below the window for the pool op; dilated windows are compared tap by tap
  const plain = w.dilation.every((d) => d === 1) && w.size.every((k, i) => w.before[i]! < k && w.after[i]! < k);
  return plain ? pooled(x, w, maxPool2d) : byTaps(x, w);
};

const LOWEST = -3.4028234663852886e38;

function byTaps(x: Sym, w: SpatialWindow): Sym {
  const padded = pad(x, [0, 0, ...w.before], [0, 0, ...w.after], LOWEST);
  const lead = x.shape.slice(0, 2);
  return Array.from({ length: sizeOf(w.size) }, (_, tap) => {
    let rest = tap;
    const at = w.size.map(() => 0);
    for (let d = w.size.length - 1; d >= 0; d--) {
      at[d] = (rest % w.size[d]!) * w.dilation[d]!;
      rest = Math.floor(rest / w.size[d]!);
    }
    const ends = at.map((start, d) => start + (w.output[d]! - 1) * w.stride[d]! + 1);
    return sliceAll(padded, [0, 0, ...at], [...lead, ...ends], [1, 1, ...w.stride]);
  }).reduce((a, b) => maximum(a, b));
}

const averagePool: Importer = (site) => {
  const x = site.sym(0);
  checkInput(site, x);
  const spatial = x.shape.slice(2);
  const w = windowOf(site, spatial, site.ints('kernel_shape') ?? []);
  if (w.dilation.some((d) => d !== 1)) throw site.unsupported('its window is dilated', 'dilations of 1', `[${w.dilation.join(', ')}]`);
  const y = pooled(x, w, avgPool2d);
  const counts = windowCounts(w, spatial, site.int('count_include_pad') === 1);
  const full = sizeOf(w.size);
  // our pool divides by the whole window; where fewer elements count, that is corrected
  return counts.every((n) => n === full)
    ? y
    : mul(
        y,
        constant(
          counts.map((n) => full / n),
          [1, 1, ...w.output],
        ),
      );
};

const overSpace =
  (f: typeof mean): Importer =>
  (site) => {
    const x = site.sym(0);
    return f(
      x,
      x.shape.slice(2).map((_, i) => i + 2),
      { keep: true },
    );
  };

export const poolingImporters: Readonly<Record<string, Importer>> = {
  AveragePool: averagePool,
  GlobalAveragePool: overSpace(mean),
  GlobalMaxPool: overSpace(max),
  MaxPool: maxPool,
};
