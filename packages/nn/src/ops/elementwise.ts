import { describe, NOT_DIFFERENTIABLE, shapeError, type Rule, type Sym, type Value } from '../sym.ts';
import { equal, greater, less, where } from './logic.ts';
import { binaryShape, liftBoth, pointwise1, pointwise2 } from './pointwise.ts';
import { sumTo } from './reduce.ts';
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
type ElementwiseOp = UnaryOp | BinaryOp;

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
  return pointwise1(op, elementwiseRules[op] as Rule<UnaryOp>, x);
}
function apply2(op: BinaryOp, a: Value, b: Value): Sym {
  return pointwise2(op, elementwiseRules[op] as Rule<BinaryOp>, a, b);
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
