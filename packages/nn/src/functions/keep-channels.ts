import { VerilensError } from '@verilens/core';
import { gather } from '../ops/indexing.ts';
import { constant } from '../ops/source.ts';
import type { AttrsOf, Data, Op, Ops } from '../op-types.ts';
import { rules } from '../rules.ts';
import { make, showShape, sizeOf, type Rule, type Sym } from '../sym.ts';

/** Ops that treat every channel alike and alone: channels of their results are results of channels. */
const ALIKE: ReadonlySet<Op> = new Set<Op>([
  ...(['neg', 'exp', 'log', 'sqrt', 'abs', 'sign', 'erf', 'tanh', 'sigmoid', 'sin', 'cos', 'floor', 'reciprocal', 'relu', 'gelu'] as const),
  ...(['silu', 'softplus', 'isPositive', 'stopGradient', 'clamp', 'leakyRelu', 'cast', 'not', 'maxPool2d', 'avgPool2d'] as const),
  ...([
    'upsampleNearest',
    'add',
    'sub',
    'mul',
    'div',
    'pow',
    'maximum',
    'minimum',
    'equal',
    'greater',
    'less',
    'and',
    'or',
    'where',
  ] as const),
]);

/**
 * The named channels of a feature map, [N, C, ...] to [N, channels.length, ...], without computing the others where that is
 * possible: kernels of convolutions are cut, and so is what stands between them, back to the convolutions that read all
 * channels. Gradients pass as through any other graph. Equal to `gather(x, channels, 1)` but for rounding.
 * @param channels places along the second axis, in the order wanted
 * @throws VerilensError BAD_OPTION for places that do not exist or come twice
 */
export function keepChannels(x: Sym, channels: readonly number[]): Sym {
  const count = x.shape[1];
  const right = count !== undefined && channels.length > 0 && channels.every((c) => Number.isInteger(c) && c >= 0 && c < count);
  if (!right || new Set(channels).size !== channels.length)
    throw new VerilensError('BAD_OPTION', 'these channels cannot be kept', {
      place: 'nn keepChannels',
      expected: `different whole numbers from 0 to ${(count ?? 0) - 1} for a tensor of ${showShape(x.shape)}`,
      got: channels.join(', '),
    });
  // What a dense convolution reads is computed whole anyway; cutting it a second time would compute it twice. Which tensors
  // those are is known only after cutting, and each round can only add to them.
  let whole: ReadonlySet<Sym> = new Set();
  for (;;) {
    const { kept, read } = cut(x, channels, whole);
    const needed = ancestors(read);
    if ([...needed].every((sym) => whole.has(sym))) return kept;
    whole = needed;
  }
}

/** Cuts back from x; `read` are the tensors that the result needs with all their channels. */
function cut(x: Sym, channels: readonly number[], whole: ReadonlySet<Sym>): { readonly kept: Sym; readonly read: readonly Sym[] } {
  const done = new Map<Sym, Sym>();
  const read: Sym[] = [];
  const indices = constant(Int32Array.from(channels), [channels.length]);
  const pick = (sym: Sym): Sym => {
    read.push(sym);
    return gather(sym, indices, 1);
  };
  const take = (sym: Sym): Sym => {
    const known = done.get(sym);
    if (known !== undefined) return known;
    const made = whole.has(sym) && sym.op !== 'constant' ? pick(sym) : taken(sym);
    done.set(sym, made);
    return made;
  };
  /** An operand that may broadcast along the channels. */
  const operand = (sym: Sym, rank: number): Sym => {
    const axis = 1 - (rank - sym.shape.length);
    if (axis < 0 || sym.shape[axis] === 1) {
      if (sym.op !== 'constant') read.push(sym);
      return sym;
    }
    if (sym.op === 'constant') return cutConstant(sym, axis, channels);
    if (axis === 1) return take(sym);
    read.push(sym);
    return gather(sym, indices, axis);
  };
  const taken = (sym: Sym): Sym => {
    if (sym.op === 'conv2d') {
      const { groups } = sym.attrs as AttrsOf<'conv2d'>;
      const [input, weights, bias] = sym.inputs as readonly [Sym, Sym, Sym?];
      const depthwise = groups === input.shape[1] && groups === sym.shape[1];
      if (groups !== 1 && !depthwise) return pick(sym);
      if (!depthwise) read.push(input);
      const outer = [weights, bias].flatMap((w) => (w === undefined ? [] : [cutOuter(w, channels, indices, read)]));
      return remake(sym, [depthwise ? take(input) : input, ...outer], depthwise ? { groups: channels.length } : {});
    }
    if (sym.op === 'normaliseChannels') {
      const [input, ...each] = sym.inputs as readonly [Sym, ...Sym[]];
      return remake(sym, [take(input), ...each.map((v) => cutOuter(v, channels, indices, read))]);
    }
    if (ALIKE.has(sym.op)) {
      return remake(
        sym,
        sym.inputs.map((input) => operand(input, sym.shape.length)),
      );
    }
    return pick(sym);
  };
  return { kept: take(x), read };
}

/** The same op on other inputs. */
function remake(sym: Sym, inputs: readonly Sym[], attrs: object = {}): Sym {
  const rule = rules[sym.op] as unknown as Rule<Op>;
  return make(sym.op, rule, inputs as never, { ...sym.attrs, ...attrs } as never);
}

/** Places along the first axis: kernels, biases, statistics. */
function cutOuter(sym: Sym, channels: readonly number[], indices: Sym, read: Sym[]): Sym {
  if (sym.op === 'constant') return cutConstant(sym, 0, channels);
  read.push(sym);
  return gather(sym, indices, 0);
}

function cutConstant(sym: Sym, axis: number, channels: readonly number[]): Sym {
  const { data } = sym.attrs as Ops['constant']['attrs'];
  const [outer, count, inner] = [sizeOf(sym.shape.slice(0, axis)), sym.shape[axis]!, sizeOf(sym.shape.slice(axis + 1))];
  const Kind = data.constructor as new (length: number) => Data;
  const out = new Kind(outer * channels.length * inner);
  for (let o = 0; o < outer; o++) {
    channels.forEach((channel, k) => {
      const from = (o * count + channel) * inner;
      out.set(data.subarray(from, from + inner), (o * channels.length + k) * inner);
    });
  }
  return constant(
    out,
    sym.shape.map((n, i) => (i === axis ? channels.length : n)),
  );
}

function ancestors(roots: readonly Sym[]): ReadonlySet<Sym> {
  const found = new Set<Sym>();
  const open = [...roots];
  for (let sym = open.pop(); sym !== undefined; sym = open.pop()) {
    if (found.has(sym)) continue;
    found.add(sym);
    open.push(...sym.inputs);
  }
  return found;
}
