import type { DType, Op } from '../op-types.ts';
import { broadcastShapes, describe, make, NOT_DIFFERENTIABLE, sameShape, shapeError, type Rule, type Sym, type Value } from '../sym.ts';
import { sumTo } from './reduce.ts';
import { beforeSwap, reshape, swapDepth } from './shape.ts';
import { constant, lift, scalarValue, zeros } from './source.ts';

type UnaryOp =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'abs'
  | 'sign'
  | 'erf'
  | 'tanh'
  | 'sigmoid'
  | 'sin'
  | 'cos'
  | 'floor'
  | 'reciprocal'
  | 'relu'
  | 'gelu'
  | 'silu'
  | 'softplus'
  | 'isPositive'
  | 'stopGradient';
type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'maximum' | 'minimum';
type CompareOp = 'equal' | 'greater' | 'less';
type LogicOp = 'and' | 'or';
type ElementwiseOp = UnaryOp | BinaryOp | CompareOp | LogicOp | 'not' | 'where' | 'cast';

/** The derivative dy/dx of a unary op as a function of x and y; the rule multiplies by the incoming gradient. */
function unary(op: UnaryOp, gradient: ((g: { dy: Sym; y: Sym; x: Sym }) => Sym | null) | typeof NOT_DIFFERENTIABLE): Rule<UnaryOp> {
  return {
    shape: ([x]) => {
      if (x.dtype !== 'float32') throw shapeError(op, 'float32', describe(x), "Convert with cast(x, 'float32').");
      return { shape: x.shape, dtype: 'float32' };
    },
    gradient: gradient === NOT_DIFFERENTIABLE ? gradient : ({ dy, y, inputs: [x] }) => [gradient({ dy, y, x })],
  };
}

function binaryShape(op: Op, a: Sym, b: Sym, dtypes: readonly DType[]): readonly number[] {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined || a.dtype !== b.dtype || !dtypes.includes(a.dtype)) {
    throw shapeError(
      op,
      `two ${dtypes.join(' or ')} tensors whose shapes broadcast`,
      `${describe(a)} and ${describe(b)}`,
      'Reshape or cast one of them; sizes must be equal or 1, counted from the last axis.',
    );
  }
  return shape;
}

/** With `whole`, indices can be computed too: int32 has no gradient. */
function binary(
  op: BinaryOp,
  gradient: (g: { dy: Sym; y: Sym; a: Sym; b: Sym }) => readonly [Sym, Sym],
  whole: 'whole' | undefined = undefined,
): Rule<BinaryOp> {
  return {
    shape: ([a, b]) => ({ shape: binaryShape(op, a, b, whole === undefined ? ['float32'] : ['float32', 'int32']), dtype: a.dtype }),
    gradient: ({ dy, y, inputs: [a, b] }) => {
      if (y.dtype === 'int32') return [null, null];
      const [da, db] = gradient({ dy, y, a, b });
      return [sumTo(da, a.shape), sumTo(db, b.shape)];
    },
  };
}

const compare = (op: CompareOp): Rule<CompareOp> => ({
  shape: ([a, b]) => ({ shape: binaryShape(op, a, b, ['float32', 'int32']), dtype: 'bool' }),
  gradient: NOT_DIFFERENTIABLE,
});
const logic = (op: LogicOp): Rule<LogicOp> => ({
  shape: ([a, b]) => ({ shape: binaryShape(op, a, b, ['bool']), dtype: 'bool' }),
  gradient: NOT_DIFFERENTIABLE,
});

const SQRT_HALF = Math.SQRT1_2;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

export const elementwiseRules: { [O in ElementwiseOp]: Rule<O> } = {
  neg: unary('neg', ({ dy }) => neg(dy)),
  exp: unary('exp', ({ dy, y }) => mul(dy, y)),
  log: unary('log', ({ dy, x }) => div(dy, x)),
  sqrt: unary('sqrt', ({ dy, y }) => div(mul(dy, 0.5), y)),
  // subgradient 0 at 0
  abs: unary('abs', ({ dy, x }) => mul(dy, sign(x))),
  sign: unary('sign', NOT_DIFFERENTIABLE),
  // 2/sqrt(pi) exp(-x^2)
  erf: unary('erf', ({ dy, x }) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  tanh: unary('tanh', ({ dy, y }) => mul(dy, sub(1, mul(y, y)))),
  sigmoid: unary('sigmoid', ({ dy, y }) => mul(dy, mul(y, sub(1, y)))),
  sin: unary('sin', ({ dy, x }) => mul(dy, cos(x))),
  cos: unary('cos', ({ dy, x }) => neg(mul(dy, sin(x)))),
  floor: unary('floor', NOT_DIFFERENTIABLE),
  reciprocal: unary('reciprocal', ({ dy, y }) => neg(mul(dy, mul(y, y)))),
  // y > 0 exactly where x > 0, and y is kept anyway
  relu: unary('relu', ({ dy, y }) => mul(dy, isPositive(y))),
  // Phi(x) + x phi(x); Phi is written as the forward pass writes it, so the graph computes it once
  gelu: unary('gelu', ({ dy, x }) => mul(dy, add(normalCdf(x), mul(x, mul(exp(mul(mul(x, x), -0.5)), INV_SQRT_2PI))))),
  // s + y (1 - s)
  silu: unary('silu', ({ dy, y, x }) => {
    const s = sigmoid(x);
    return mul(dy, add(s, mul(y, sub(1, s))));
  }),
  softplus: unary('softplus', ({ dy, x }) => mul(dy, sigmoid(x))),
  isPositive: unary('isPositive', NOT_DIFFERENTIABLE),
  stopGradient: unary('stopGradient', () => null),
  cast: {
    shape: ([x], { to }) => ({ shape: x.shape, dtype: to }),
    gradient: ({ dy, inputs: [x] }) => [x.dtype === 'float32' ? dy : null],
  },
  add: binary('add', ({ dy }) => [dy, dy], 'whole'),
  sub: binary('sub', ({ dy }) => [dy, neg(dy)], 'whole'),
  mul: binary('mul', ({ dy, a, b }) => [mul(dy, b), mul(dy, a)], 'whole'),
  // d(a/b) = da/b - y db/b
  div: binary('div', ({ dy, y, b }) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))];
  }),
  // b a^(b-1), and y ln a where a > 0
  pow: binary('pow', ({ dy, y, a, b }) => [mul(dy, mul(b, pow(a, sub(b, 1)))), mul(dy, mul(y, log(where(greater(a, 0), a, 1))))]),
  // ties share the gradient, as PyTorch does
  maximum: binary('maximum', ({ dy, a, b }) => shareTies(dy, greater(a, b), equal(a, b))),
  minimum: binary('minimum', ({ dy, a, b }) => shareTies(dy, less(a, b), equal(a, b))),
  equal: compare('equal'),
  greater: compare('greater'),
  less: compare('less'),
  and: logic('and'),
  or: logic('or'),
  not: {
    shape: ([x]) => {
      if (x.dtype !== 'bool') throw shapeError('not', 'bool', describe(x), 'Compare first, e.g. greater(x, 0).');
      return { shape: x.shape, dtype: 'bool' };
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  where: {
    shape: ([condition, a, b]) => {
      const ab = binaryShape('where', a, b, ['float32', 'int32']);
      const shape = broadcastShapes(condition.shape, ab);
      if (shape === undefined || condition.dtype !== 'bool')
        throw shapeError(
          'where',
          `a bool condition that broadcasts with ${describe(a)}`,
          describe(condition),
          'Compare first, e.g. greater(x, 0).',
        );
      return { shape, dtype: a.dtype };
    },
    gradient: ({ dy, inputs: [condition, a, b] }) => [
      null,
      sumTo(where(condition, dy, 0), a.shape),
      sumTo(where(condition, 0, dy), b.shape),
    ],
  },
};

function shareTies(dy: Sym, first: Sym, tie: Sym): readonly [Sym, Sym] {
  const shareA = where(first, 1, where(tie, 0.5, 0));
  return [mul(dy, shareA), mul(dy, sub(1, shareA))];
}

/** Standard normal distribution function 0.5 (1 + erf(x / sqrt 2)), with the nodes that gelu's lowering uses. */
function normalCdf(x: Sym): Sym {
  return mul(add(erf(mul(x, SQRT_HALF)), 1), 0.5);
}

function apply1(op: UnaryOp, x: Value): Sym {
  const value = lift(x);
  const inner = beforeSwap(value);
  if (inner !== undefined) return swapDepth(apply1(op, inner));
  // on the other side of a reshape a lowering sees what made x, and reshapes in a row are one
  if (value.op === 'reshape') return reshape(apply1(op, value.inputs[0]!), value.shape);
  return make(op, elementwiseRules[op] as Rule<UnaryOp>, [value], {});
}

/** Both operands as they are before `swapDepth`, when one is swapped and the other is too or repeats along depth or channels. */
function bothBeforeSwap(a: Sym, b: Sym): readonly [Sym, Sym] | undefined {
  const before = (x: Sym): Sym | undefined => {
    const inner = beforeSwap(x);
    if (inner !== undefined || x.shape.length > 5) return inner;
    const [n, c, d, ...picture] = [...Array.from({ length: 5 - x.shape.length }, () => 1), ...x.shape] as [number, number, number];
    return c === 1 || d === 1 ? reshape(x, [n, d, c, ...picture]) : undefined;
  };
  if (beforeSwap(a) === undefined && beforeSwap(b) === undefined) return undefined;
  const [x, y] = [before(a), before(b)];
  return x === undefined || y === undefined ? undefined : [x, y];
}

/** An expanded tensor is given unexpanded to ops that broadcast anyway. */
function unexpanded(x: Sym, other: Sym): Sym {
  const inner = x.inputs[0];
  if (x.op !== 'expand' || inner === undefined) return x;
  const shape = broadcastShapes(inner.shape, other.shape);
  const full = broadcastShapes(x.shape, other.shape);
  return shape !== undefined && full !== undefined && sameShape(shape, full) ? inner : x;
}

/** A number takes the type of the other operand. */
function liftBoth(a: Value, b: Value): [Sym, Sym] {
  const like = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
  return [lift(a, like), lift(b, like)];
}

function apply2(op: BinaryOp | CompareOp | LogicOp, a: Value, b: Value): Sym {
  const [x, y] = liftBoth(a, b);
  const inner = bothBeforeSwap(x, y);
  if (inner !== undefined) return swapDepth(apply2(op, ...inner));
  const x2 = unexpanded(x, y);
  return make(op, elementwiseRules[op] as Rule<typeof op>, [x2, unexpanded(y, x2)], {});
}

/** True when `x` may stand for the result of a binary op with the scalar `other`. */
function absorbs(x: Sym, other: Sym): boolean {
  return other.shape.length <= x.shape.length && x.dtype === other.dtype;
}

export function add(a: Value, b: Value): Sym {
  const [x, y] = liftBoth(a, b);
  if (scalarValue(y) === 0 && absorbs(x, y)) return x;
  if (scalarValue(x) === 0 && absorbs(y, x)) return y;
  return apply2('add', x, y);
}
export function sub(a: Value, b: Value): Sym {
  const [x, y] = liftBoth(a, b);
  if (scalarValue(y) === 0 && absorbs(x, y)) return x;
  return apply2('sub', x, y);
}
export function mul(a: Value, b: Value): Sym {
  const [x, y] = liftBoth(a, b);
  const u = scalarValue(x);
  const v = scalarValue(y);
  if (v === 1 && absorbs(x, y)) return x;
  if (u === 1 && absorbs(y, x)) return y;
  if (u !== undefined && v !== undefined && x.dtype === 'float32' && x.shape.length === 0 && y.shape.length === 0)
    return constant(Float32Array.of(u * v), []);
  return apply2('mul', x, y);
}
export function div(a: Value, b: Value): Sym {
  const x = lift(a);
  const y = lift(b);
  if (scalarValue(y) === 1 && absorbs(x, y)) return x;
  return apply2('div', x, y);
}
/** a to the power of b; for a constant exponent 2 use `square`. The gradient towards b is 0 where a <= 0. */
export function pow(a: Value, b: Value): Sym {
  return apply2('pow', lift(a), lift(b));
}
export function maximum(a: Value, b: Value): Sym {
  return apply2('maximum', lift(a), lift(b));
}
export function minimum(a: Value, b: Value): Sym {
  return apply2('minimum', lift(a), lift(b));
}
export function equal(a: Value, b: Value): Sym {
  return apply2('equal', a, b);
}
export function greater(a: Value, b: Value): Sym {
  return apply2('greater', a, b);
}
export function less(a: Value, b: Value): Sym {
  return apply2('less', a, b);
}
export function and(a: Sym, b: Sym): Sym {
  return apply2('and', a, b);
}
export function or(a: Sym, b: Sym): Sym {
  return apply2('or', a, b);
}
export function not(x: Sym): Sym {
  return make('not', elementwiseRules.not, [x], {});
}
/** a where the condition holds, else b. */
export function where(condition: Sym, a: Value, b: Value): Sym {
  const like = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
  return make('where', elementwiseRules.where, [condition, lift(a, like), lift(b, like)], {});
}
export function cast(x: Sym, to: DType): Sym {
  return x.dtype === to ? x : make('cast', elementwiseRules.cast, [x], { to });
}

export function neg(x: Value): Sym {
  return apply1('neg', x);
}
export function exp(x: Value): Sym {
  return apply1('exp', x);
}
export function log(x: Value): Sym {
  return apply1('log', x);
}
export function sqrt(x: Value): Sym {
  return apply1('sqrt', x);
}
export function abs(x: Value): Sym {
  return apply1('abs', x);
}
/** -1, 0 or 1. Not differentiable. */
export function sign(x: Value): Sym {
  return apply1('sign', x);
}
export function erf(x: Value): Sym {
  return apply1('erf', x);
}
export function tanh(x: Value): Sym {
  return apply1('tanh', x);
}
export function sigmoid(x: Value): Sym {
  return apply1('sigmoid', x);
}
export function sin(x: Value): Sym {
  return apply1('sin', x);
}
export function cos(x: Value): Sym {
  return apply1('cos', x);
}
/** Largest whole number at or below x. Not differentiable. */
export function floor(x: Value): Sym {
  return apply1('floor', x);
}
export function reciprocal(x: Value): Sym {
  return apply1('reciprocal', x);
}
export function relu(x: Value): Sym {
  return apply1('relu', x);
}
/** x Phi(x) with the exact normal distribution function. */
export function gelu(x: Value): Sym {
  return apply1('gelu', x);
}
/** x sigmoid(x) */
export function silu(x: Value): Sym {
  return apply1('silu', x);
}
/** log(1 + exp(x)), without overflow */
export function softplus(x: Value): Sym {
  return apply1('softplus', x);
}
/** 1 where x > 0, else 0, as float32. Not differentiable. */
export function isPositive(x: Value): Sym {
  return apply1('isPositive', x);
}
/** The same values, through which no gradient passes. */
export function stopGradient(x: Sym): Sym {
  return apply1('stopGradient', x);
}
export function square(x: Value): Sym {
  const value = lift(x);
  return mul(value, value);
}
/** Sum of one or more tensors. */
export function addAll(terms: readonly Sym[]): Sym {
  const [first, ...rest] = terms;
  return first === undefined ? zeros([]) : rest.reduce<Sym>((total, term) => add(total, term), first);
}
