import { VerilensError } from '@verilens/core';
import {
  abs,
  add,
  addAll,
  cos,
  div,
  erf,
  exp,
  floor,
  gelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from '../../ops/elementwise.ts';
import { and, cast, equal, greater, less, not, or, where } from '../../ops/logic.ts';
import { reshape } from '../../ops/shape.ts';
import type { DType } from '../../op-types.ts';
import type { Sym } from '../../sym.ts';
import { fold } from '../fold.ts';
import type { Importer, Site } from '../site.ts';
import type { Kind } from '../onnx-file.ts';
import { isKnown, kindOf, known, type Value } from '../values.ts';
import { elementKind, elementName } from '../read-tensor.ts';

const one =
  (f: (x: Sym, site: Site) => Sym): Importer =>
  (site) =>
    fold(site) ?? f(floats(site, 0), site);

const two =
  (f: (a: Sym, b: Sym) => Sym): Importer =>
  (site) => {
    const folded = fold(site);
    if (folded !== undefined) return folded;
    const a = floats(site, 0);
    return f(a, oldBroadcast(site, a, floats(site, 1)));
  };

/** Before version 7 a second input that broadcasts said at which axis of the first it begins. */
function oldBroadcast(site: Site, a: Sym, b: Sym): Sym {
  const axis = site.opset < 7 ? site.int('axis') : undefined;
  if (axis === undefined) return b;
  const tail = a.shape.length - site.axis(axis, a.shape.length) - b.shape.length;
  return reshape(b, [...b.shape, ...Array.from({ length: Math.max(tail, 0) }, () => 1)]);
}

/** Comparisons take floats and integers. */
const comparison =
  (f: (a: Sym, b: Sym) => Sym): Importer =>
  (site) => {
    const folded = fold(site);
    if (folded !== undefined) return folded;
    const [a, b] = [site.sym(0), site.sym(1)];
    return a.dtype === 'bool' ? f(cast(a, 'int32'), cast(b, 'int32')) : f(a, b);
  };

const logic =
  (f: (a: Sym, b: Sym) => Sym): Importer =>
  (site) =>
    fold(site) ?? f(site.sym(0), site.sym(1));

const many =
  (f: (a: Sym, b: Sym) => Sym): Importer =>
  (site) =>
    fold(site) ?? site.args.map((_, i) => floats(site, i)).reduce((a, b) => f(a, b));

/** Input i, which must be of floats: integer arithmetic is only done where the values are known. */
function floats(site: Site, i: number): Sym {
  const x = site.sym(i);
  if (x.dtype === 'float32') return x;
  throw site.unsupported('it computes with integers that are not known before the model runs', 'float tensors', `${x.dtype} input ${i}`);
}

/** x where positive, else s x. */
function leaky(x: Sym, slope: Sym | number): Sym {
  return sub(relu(x), mul(relu(neg(x)), slope));
}

/** alpha (e^x - 1) below zero; the exponential is taken of the negative part only, so that it cannot overflow. */
function elu(x: Sym, alpha: number, inner = 1): Sym {
  return add(relu(x), mul(sub(exp(mul(neg(relu(neg(x))), 1 / inner)), 1), alpha));
}

function clip(x: Sym, low: Sym | number, high: Sym | number): Sym {
  const above = low === -Infinity ? x : maximum(x, low);
  return high === Infinity ? above : minimum(above, high);
}

function clipBound(site: Site, i: number, name: string, none: number): Sym | number {
  const attribute = site.float(name);
  if (attribute !== undefined) return Math.abs(attribute) > 3.4e38 ? none : attribute;
  const value = site.args[i];
  if (value === undefined) return none;
  return isKnown(value) ? site.scalar(i, name)! : value;
}

const hardSigmoid = (x: Sym, alpha: number, beta: number): Sym => clip(add(mul(x, alpha), beta), 0, 1);

const LARGEST = 3.4028234663852886e38;

/** Half to even. */
function round(x: Sym): Sym {
  const up = floor(add(x, 0.5));
  const odd = greater(abs(sub(up, mul(floor(mul(up, 0.5)), 2))), 0.5);
  return where(and(equal(add(x, 0.5), up), odd), sub(up, 1), up);
}

/** Slopes lie along the channels; a slope per channel is stored as [C, 1, 1] or (in old files) as [C]. */
function prelu(site: Site): Sym {
  const x = floats(site, 0);
  const slope = floats(site, 1);
  const perChannel = slope.shape.length === 1 && slope.shape[0] !== 1 && slope.shape[0] === x.shape[1] && x.shape.at(-1) !== slope.shape[0];
  return leaky(x, perChannel ? reshape(slope, [slope.shape[0]!, ...x.shape.slice(2).map(() => 1)]) : slope);
}

/** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
function geluByTanh(x: Sym): Sym {
  const inner = mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

const power: Importer = (site) => {
  const folded = fold(site);
  if (folded !== undefined) return folded;
  const x = floats(site, 0);
  const value = site.args[1]!;
  const exponent = isKnown(value) && value.data.length === 1 && value.shape.length <= x.shape.length ? value.data[0] : undefined;
  if (exponent === 2) return square(x);
  if (exponent === 0.5) return sqrt(x);
  if (exponent === 3) return mul(square(x), x);
  if (exponent !== undefined) return pow(x, exponent);
  return pow(x, cast(site.sym(1), 'float32'));
};

const castTo: Importer = (site) => {
  const to = site.int('to') ?? 0;
  const kind = elementKind(to);
  if (kind === undefined) throw site.unsupported('it casts to a type we do not compute with', 'numbers', elementName(to));
  return converted(site.value(0), kind);
};

function converted(value: Value, kind: Kind): Value {
  if (isKnown(value)) {
    const convert =
      kind === 'bool' ? (v: number) => Number(v !== 0) : kind === 'int' && value.kind === 'float' ? Math.trunc : (v: number) => v;
    return known(kind, value.shape, (i) => convert(value.data[i]!));
  }
  const dtype: DType = kind === 'float' ? 'float32' : kind === 'int' ? 'int32' : 'bool';
  return cast(value, dtype);
}

/** (x - zero) scale; both may differ along an axis. */
const dequantised: Importer = (site) => {
  const x = cast(site.sym(0), 'float32');
  const axis = site.axis(site.int('axis') ?? 1, Math.max(x.shape.length, 2));
  const along = (v: Sym): Sym =>
    v.shape.length === 0 || v.shape[0] === 1 ? reshape(v, []) : reshape(v, [v.shape[0]!, ...x.shape.slice(axis + 1).map(() => 1)]);
  if ((site.int('block_size') ?? 0) !== 0)
    throw site.unsupported('its scales are per block', 'one scale, or one for each element of an axis');
  const zero = site.optional(2);
  return mul(zero === undefined ? x : sub(x, along(cast(zero, 'float32'))), along(site.sym(1)));
};

const xor = (a: Sym, b: Sym): Sym => and(or(a, b), not(and(a, b)));

const choose: Importer = (site) => {
  const folded = fold(site);
  return folded ?? where(site.sym(0), site.sym(1), site.sym(2));
};

const dropout: Importer = (site) => {
  const training = site.args[2];
  if (training !== undefined && site.scalar(2, 'training mode') !== 0)
    throw new VerilensError('UNSUPPORTED', 'it drops elements at random', {
      place: `nn ${site.node.op}`,
      expected: 'a graph exported for inference',
      remedy: 'Export the model in evaluation mode.',
    });
  const x = site.value(0);
  if (site.node.outputs.length < 2) return x;
  return [x, known('bool', x.shape, () => 1)];
};

export const elementwiseImporters: Readonly<Record<string, Importer>> = {
  Abs: one(abs),
  Acosh: one((x) => log(add(x, sqrt(sub(square(x), 1))))),
  Add: two(add),
  And: logic(and),
  Asinh: one((x) => mul(sign(x), log(add(abs(x), sqrt(add(square(x), 1)))))),
  Atanh: one((x) => mul(log(div(add(x, 1), sub(1, x))), 0.5)),
  Cast: castTo,
  CastLike: (site) => converted(site.value(0), kindOf(site.value(1))),
  Ceil: one((x) => neg(floor(neg(x)))),
  Celu: one((x, site) => elu(x, site.float('alpha') ?? 1, site.float('alpha') ?? 1)),
  Clip: (site) => fold(site) ?? clip(floats(site, 0), clipBound(site, 1, 'min', -Infinity), clipBound(site, 2, 'max', Infinity)),
  Cos: one(cos),
  Cosh: one((x) => mul(add(exp(x), exp(neg(x))), 0.5)),
  DequantizeLinear: dequantised,
  Div: two(div),
  Dropout: dropout,
  Elu: one((x, site) => elu(x, site.float('alpha') ?? 1)),
  Equal: comparison(equal),
  Erf: one(erf),
  Exp: one(exp),
  Floor: one(floor),
  Gelu: one((x, site) => (site.text('approximate') === 'tanh' ? geluByTanh(x) : gelu(x))),
  'com.microsoft:Gelu': one(gelu),
  Greater: comparison(greater),
  GreaterOrEqual: comparison((a, b) => not(less(a, b))),
  HardSigmoid: one((x, site) => hardSigmoid(x, site.float('alpha') ?? 0.2, site.float('beta') ?? 0.5)),
  HardSwish: one((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Identity: (site) => site.value(0),
  IsInf: one((x, site) => {
    const [up, down] = [greater(x, LARGEST), less(x, -LARGEST)];
    if (site.int('detect_negative') === 0) return up;
    return site.int('detect_positive') === 0 ? down : or(up, down);
  }),
  IsNaN: one((x) => not(equal(x, x))),
  LeakyRelu: one((x, site) => leaky(x, site.float('alpha') ?? 0.01)),
  Less: comparison(less),
  LessOrEqual: comparison((a, b) => not(greater(a, b))),
  Log: one(log),
  Max: many(maximum),
  Mean: (site) => mul(addAll(site.args.map((_, i) => floats(site, i))), 1 / site.args.length),
  Min: many(minimum),
  Mish: one((x) => mul(x, tanh(softplus(x)))),
  Mod: (site) => {
    const folded = fold(site);
    if (folded !== undefined) return folded;
    const [a, b] = [floats(site, 0), floats(site, 1)];
    const quotient = div(a, b);
    // fmod: the remainder has the sign of a
    return sub(a, mul(b, site.int('fmod') === 1 ? mul(sign(quotient), floor(abs(quotient))) : floor(quotient)));
  },
  Mul: two(mul),
  Neg: one(neg),
  Not: (site) => fold(site) ?? not(site.sym(0)),
  Or: logic(or),
  PRelu: prelu,
  Pow: power,
  Reciprocal: one(reciprocal),
  Relu: one(relu),
  Round: one(round),
  Selu: one((x, site) => mul(elu(x, site.float('alpha') ?? 1.6732632423543772), site.float('gamma') ?? 1.0507009873554805)),
  Shrink: one((x, site) => {
    const [lambd, bias] = [site.float('lambd') ?? 0.5, site.float('bias') ?? 0];
    return where(less(x, -lambd), add(x, bias), where(greater(x, lambd), sub(x, bias), 0));
  }),
  Sigmoid: one(sigmoid),
  Sign: one(sign),
  Sin: one(sin),
  Sinh: one((x) => mul(sub(exp(x), exp(neg(x))), 0.5)),
  Softplus: one(softplus),
  Softsign: one((x) => div(x, add(abs(x), 1))),
  Sqrt: one(sqrt),
  Sub: two(sub),
  Sum: many(add),
  Tan: one((x) => div(sin(x), cos(x))),
  Tanh: one(tanh),
  ThresholdedRelu: one((x, site) => where(greater(x, site.float('alpha') ?? 1), x, 0)),
  Where: choose,
  Xor: logic(xor),
};
