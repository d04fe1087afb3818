import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import { one, two, asFloat, type OpCase } from './op-case.ts';

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const phi = (v: number): number => 0.5 * (1 + ref.erf(v * Math.SQRT1_2));
export const elementwise: readonly OpCase[] = [
  one('neg', nn.neg, (v) => -v),
  one('exp', nn.exp, Math.exp),
  one('log', nn.log, Math.log, { low: 0.5, high: 2 }),
  one('sqrt', nn.sqrt, Math.sqrt, { low: 0.5, high: 2 }),
  one('abs', nn.abs, Math.abs, { spread: true }),
  one('sign', nn.sign, Math.sign, { spread: true, order: 0 }),
  one('erf', nn.erf, ref.erf),
  one('tanh', nn.tanh, Math.tanh),
  one('sigmoid', nn.sigmoid, sigmoid),
  one('sin', nn.sin, Math.sin),
  one('cos', nn.cos, Math.cos),
  one('floor', nn.floor, Math.floor, { spread: true, order: 0 }),
  one('reciprocal', nn.reciprocal, (v) => 1 / v, { low: 0.5, high: 2 }),
  one('relu', nn.relu, (v) => Math.max(v, 0), { spread: true }),
  one('gelu', nn.gelu, (v) => v * phi(v)),
  one('silu', nn.silu, (v) => v * sigmoid(v)),
  one('softplus', nn.softplus, (v) => Math.log1p(Math.exp(v))),
  one('softplus', nn.softplus, (v) => v + Math.log1p(Math.exp(-v)), { name: 'softplus of large numbers', low: 90, high: 120, order: 1 }),
  one('isPositive', nn.isPositive, (v) => (v > 0 ? 1 : 0), { spread: true, order: 0 }),
  one('stopGradient', nn.stopGradient, (v) => v, { order: 0 }),
  one('cast', (x) => asFloat(nn.cast(x, 'int32')), Math.trunc, { spread: true, order: 0 }),
  one('mul', nn.square, (v) => v * v, { name: 'square' }),
  two('add', nn.add, (a, b) => a + b),
  two('sub', nn.sub, (a, b) => a - b),
  two('mul', nn.mul, (a, b) => a * b),
  two('div', nn.div, (a, b) => a / b, { low: 0.5, high: 2 }),
  two('pow', nn.pow, (a, b) => a ** b, { low: 0.5, high: 2 }),
  two('maximum', nn.maximum, Math.max, { spread: true }),
  two('minimum', nn.minimum, Math.min, { spread: true }),
  two(
    'equal',
    (a, b) => asFloat(nn.equal(a, b)),
    (a, b) => (a === b ? 1 : 0),
    { order: 0 },
  ),
  two(
    'greater',
    (a, b) => asFloat(nn.greater(a, b)),
    (a, b) => (a > b ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'less',
    (a, b) => asFloat(nn.less(a, b)),
    (a, b) => (a < b ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'and',
    (a, b) => asFloat(nn.and(nn.greater(a, 0), nn.not(nn.greater(b, 0)))),
    (a, b) => (a > 0 && b <= 0 ? 1 : 0),
    { covers: ['and', 'not'], order: 0, spread: true },
  ),
  two(
    'or',
    (a, b) => asFloat(nn.or(nn.greater(a, 0), nn.greater(b, 0))),
    (a, b) => (a > 0 || b > 0 ? 1 : 0),
    { order: 0, spread: true },
  ),
  two(
    'where',
    (a, b) => nn.where(nn.greater(a, 0.1), nn.mul(a, b), nn.exp(b)),
    (a, b) => (a > 0.1 ? a * b : Math.exp(b)),
    { spread: true },
  ),
  two(
    'where',
    (a, b) => nn.where(nn.greater(a, 0.1), b, 0),
    (a, b) => (a > 0.1 ? b : 0),
    { name: 'where, broadcast', inputs: [[2, 1], [3]], spread: true },
  ),
  two('add', nn.add, (a, b) => a + b, { name: 'add, row to matrix', inputs: [[2, 3, 4], [4]] }),
  two('mul', nn.mul, (a, b) => a * b, {
    name: 'mul, both sides broadcast',
    inputs: [
      [2, 1, 4],
      [3, 1],
    ],
  }),
  two('sub', nn.sub, (a, b) => a - b, { name: 'sub, scalar first', inputs: [[], [3, 2]] }),
  two('div', nn.div, (a, b) => a / b, {
    name: 'div, column',
    inputs: [
      [3, 1],
      [3, 4],
    ],
    low: 0.5,
    high: 2,
  }),
];
