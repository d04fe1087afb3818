import { avgPool2d } from '../../ops/convolution.ts';
import { maxPool2d } from '../../ops/max-pool.ts';
import { avgPool1d, maxPool1d } from '../../ops/one-dimensional.ts';
import { avgPool3d, maxPool3d } from '../../ops/volumes.ts';
import { maximum, mul } from '../../ops/elementwise.ts';
import { max, mean } from '../../ops/reduce.ts';
import { pad, sliceAll } from '../../ops/shape.ts';
import { constant } from '../../ops/source.ts';
import { sizeOf, type Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';
import { windowCounts, windowOf, type SpatialWindow } from './windows.ts';

const symmetric = (w: SpatialWindow): boolean => w.before.every((n, i) => n === w.after[i]);

/** The pool of ours for one, two or three spatial axes; three want equal padding on both sides. */
function pooled(x: Sym, w: SpatialWindow, which: 'max' | 'average'): Sym {
  const { size, stride, before, after } = w;
  if (size.length === 1) {
    const pool = which === 'max' ? maxPool1d : avgPool1d;
    return pool(x, { size: size[0]!, stride: stride[0]!, padding: [before[0]!, after[0]!] });
  }
  if (size.length === 2) {
    const pool = which === 'max' ? maxPool2d : avgPool2d;
    return pool(x, {
      size: [size[0]!, size[1]!],
      stride: [stride[0]!, stride[1]!],
      padding: [before[0]!, before[1]!, after[0]!, after[1]!],
    });
  }
  const pool = which === 'max' ? maxPool3d : avgPool3d;
  return pool(x, { size: tripleOf(size), stride: tripleOf(stride), padding: tripleOf(before) });
}

const tripleOf = (values: readonly number[]): [number, number, number] => [values[0]!, values[1]!, values[2]!];

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
  // what the pool ops do not take (dilation, padding as large as the window) is compared tap by tap
  const plain = w.dilation.every((d) => d === 1) && w.size.every((k, i) => w.before[i]! < k && w.after[i]! < k);
  return plain && (w.size.length < 3 || symmetric(w)) ? pooled(x, w, 'max') : byTaps(x, w);
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
  const y =
    w.size.length < 3 || symmetric(w) ? pooled(x, w, 'average') : pooled(padded(x, w), { ...w, before: NONE, after: NONE }, 'average');
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

const NONE = [0, 0, 0];
const padded = (x: Sym, w: SpatialWindow): Sym => pad(x, [0, 0, ...w.before], [0, 0, ...w.after]);

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
