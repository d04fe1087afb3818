import { normalInit, truncatedNormalInit, constantInit, type Initialiser } from '../initialisers.ts';
import { module, param, type Module, type ParamSpec } from '../module.ts';
import { add, mul } from '../ops/elementwise.ts';
import { concat, expand, reshape, slice } from '../ops/shape.ts';
import { describe, normalAxis, shapeError, type Sym } from '../sym.ts';

type Weight = Module<{ readonly weight: ParamSpec }, [x: Sym], Sym>;

function checkTokens(kind: string, x: Sym, width: number): void {
  if (x.shape.length !== 3 || x.shape[2] !== width)
    throw shapeError(kind, `x [B, T, ${width}]`, describe(x), 'Reshape to one sequence per row of the batch.');
}

/** Puts `count` learned tokens before every sequence: x [B, T, width] -> [B, count + T, width]. */
export function classToken(width: number, options: { readonly count?: number; readonly init?: Initialiser } = {}): Weight {
  const { count = 1 } = options;
  return module('classToken', { weight: param([count, width], options.init ?? normalInit(0.02), { decay: false }) }, (p, x: Sym) => {
    checkTokens('classToken', x, width);
    return concat([expand(reshape(p.weight, [1, count, width]), [x.shape[0]!, count, width]), x], 1);
  });
}

/** Adds a learned vector to each place of sequences up to `length`: x [B, T, width]. */
export function positionEmbedding(length: number, width: number, options: { readonly init?: Initialiser } = {}): Weight {
  const weight = param([length, width], options.init ?? truncatedNormalInit(0.02), { decay: false });
  return module('positionEmbedding', { weight }, (p, x: Sym) => {
    checkTokens('positionEmbedding', x, width);
    const tokens = x.shape[1]!;
    if (tokens > length)
      throw shapeError('positionEmbedding', `at most ${length} tokens`, `${tokens}`, 'Make the embedding longer, or cut the sequence.');
    return add(x, slice(p.weight, { axis: 0, end: tokens }));
  });
}

/** Touvron et al. 2021: scales each channel of a branch by a learned number that starts small. `axis` holds the channels: -1 for tokens (the default), 1 for maps. */
export function layerScale(width: number, options: { readonly initial?: number; readonly axis?: number } = {}): Weight {
  const { initial = 1e-6, axis = -1 } = options;
  return module('layerScale', { weight: param([width], constantInit(initial), { decay: false }) }, (p, x: Sym) => {
    const at = normalAxis('layerScale', axis, x.shape.length);
    if (x.shape[at] !== width)
      throw shapeError('layerScale', `${width} channels on axis ${at}`, describe(x), 'Check the width and the axis.');
    return mul(x, reshape(p.weight, [width, ...x.shape.slice(at + 1).map(() => 1)]));
  });
}
