import { add, addAll, div, mul, pow, reciprocal, sqrt, square, sub } from '../../ops/elementwise.ts';
import { repeat } from '../../ops/arrange.ts';
import { normaliseChannels } from '../../ops/batch-norm.ts';
import { groupNorm, instanceNorm } from '../../ops/group-norm.ts';
import { layerNorm, logSoftmax, softmax } from '../../ops/normalisation.ts';
import { mean, sum, variance } from '../../ops/reduce.ts';
import { pad, reshape, slice } from '../../ops/shape.ts';
import { ones, zeros } from '../../ops/source.ts';
import { sizeOf, type Sym } from '../../sym.ts';
import type { Importer } from '../site.ts';

const batchNormalisation: Importer = (site) => {
  if ((site.int('training_mode') ?? 0) === 1)
    throw site.unsupported('it is in training mode', 'a graph exported for inference, with stored statistics');
  const x = site.sym(0);
  return normaliseChannels(x, site.sym(1), site.sym(2), site.sym(3), site.sym(4), site.float('epsilon') ?? 1e-5);
};

const groupNormalisation: Importer = (site) => {
  const x = site.sym(0);
  const groups = site.int('num_groups') ?? 1;
  const inGroup = x.shape[1]! / groups;
  // before version 21 scale and bias came per group
  const perChannel = (v: Sym): Sym => (v.shape[0] === x.shape[1] ? v : repeat(v, inGroup, 0));
  return groupNorm(x, groups, perChannel(site.sym(1)), perChannel(site.sym(2)), { epsilon: site.float('epsilon') ?? 1e-5 });
};

const layerNormalisation: Importer = (site) => {
  const x = site.sym(0);
  const axis = site.axis(site.int('axis') ?? -1, x.shape.length);
  const width = sizeOf(x.shape.slice(axis));
  const lead = x.shape.slice(0, axis);
  const epsilon = site.float('epsilon') ?? 1e-5;
  const flat = reshape(x, [...lead, width]);
  const vector = (v: Sym | undefined, none: (shape: readonly number[]) => Sym): Sym =>
    v === undefined ? none([width]) : reshape(v, [width]);
  const y = reshape(layerNorm(flat, vector(site.sym(1), ones), vector(site.optional(2), zeros), epsilon), x.shape);
  if (site.node.outputs.length === 1) return y;
  const kept = [...lead, ...x.shape.slice(axis).map(() => 1)];
  const deviation = sqrt(add(variance(flat, -1), epsilon));
  return [y, reshape(mean(flat, -1), kept), reshape(reciprocal(deviation), kept)];
};

/** Before version 13 the axes from `axis` on were taken together. */
const softmaxLike =
  (f: (x: Sym, axis: number) => Sym): Importer =>
  (site) => {
    const x = site.sym(0);
    if (site.opset >= 13) return f(x, site.axis(site.int('axis') ?? -1, x.shape.length));
    const axis = site.axis(site.int('axis') ?? 1, x.shape.length);
    return reshape(f(reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]), 1), x.shape);
  };

/** x / (bias + alpha / size * sum of squares over neighbouring channels)^beta */
const localResponse: Importer = (site) => {
  const x = site.sym(0);
  const size = site.int('size') ?? 1;
  const before = Math.floor((size - 1) / 2);
  const around = (n: number): number[] => x.shape.map((_, i) => (i === 1 ? n : 0));
  const padded = pad(square(x), around(before), around(size - 1 - before));
  const near = addAll(Array.from({ length: size }, (_, i) => slice(padded, { axis: 1, start: i, end: i + x.shape[1]! })));
  const base = add(mul(near, (site.float('alpha') ?? 1e-4) / size), site.float('bias') ?? 1);
  return div(x, pow(base, site.float('beta') ?? 0.75));
};

export const normalisationImporters: Readonly<Record<string, Importer>> = {
  BatchNormalization: batchNormalisation,
  GroupNormalization: groupNormalisation,
  InstanceNormalization: (site) => instanceNorm(site.sym(0), site.sym(1), site.sym(2), { epsilon: site.float('epsilon') ?? 1e-5 }),
  LayerNormalization: layerNormalisation,
  LogSoftmax: softmaxLike(logSoftmax),
  LpNormalization: (site) => {
    const x = site.sym(0);
    const axis = site.axis(site.int('axis') ?? -1, x.shape.length);
    if ((site.int('p') ?? 2) !== 2) throw site.unsupported('only the Euclidean norm is imported', 'p = 2', `p = ${site.int('p')}`);
    return div(x, sqrt(sum(square(x), axis, { keep: true })));
  },
  LRN: localResponse,
  MeanVarianceNormalization: (site) => {
    const x = site.sym(0);
    const axes = site.ints('axes') ?? [0, 2, 3];
    const centred = sub(x, mean(x, axes, { keep: true }));
    return div(centred, add(sqrt(mean(square(centred), axes, { keep: true })), 1e-9));
  },
  Softmax: softmaxLike(softmax),
};
