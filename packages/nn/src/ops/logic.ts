import type { DType } from '../op-types.ts';
import { broadcastShapes, describe, make, NOT_DIFFERENTIABLE, shapeError, type Rule, type Sym, type Value } from '../sym.ts';
import { binaryShape, pointwise2 } from './pointwise.ts';
import { sumTo } from './reduce.ts';
import { lift } from './source.ts';

type CompareOp = 'equal' | 'greater' | 'less';
type LogicOp = 'and' | 'or';
type SelectionOp = CompareOp | LogicOp | 'not' | 'where' | 'cast';

const compare = (op: CompareOp): Rule<CompareOp> => ({
  shape: ([a, b]) => ({ shape: binaryShape(op, a, b, ['float32', 'int32']), dtype: 'bool' }),
  gradient: NOT_DIFFERENTIABLE,
});
const logic = (op: LogicOp): Rule<LogicOp> => ({
  shape: ([a, b]) => ({ shape: binaryShape(op, a, b, ['bool']), dtype: 'bool' }),
  gradient: NOT_DIFFERENTIABLE,
});

export const logicRules: { [O in SelectionOp]: Rule<O> } = {
  cast: {
    shape: ([x], { to }) => ({ shape: x.shape, dtype: to }),
    gradient: ({ dy, inputs: [x] }) => [x.dtype === 'float32' ? dy : null],
  },
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

export function equal(a: Value, b: Value): Sym {
  return pointwise2('equal', logicRules.equal, a, b);
}
export function greater(a: Value, b: Value): Sym {
  return pointwise2('greater', logicRules.greater, a, b);
}
export function less(a: Value, b: Value): Sym {
  return pointwise2('less', logicRules.less, a, b);
}
export function and(a: Sym, b: Sym): Sym {
  return pointwise2('and', logicRules.and, a, b);
}
export function or(a: Sym, b: Sym): Sym {
  return pointwise2('or', logicRules.or, a, b);
}
export function not(x: Sym): Sym {
  return make('not', logicRules.not, [x], {});
}
/** a where the condition holds, else b. */
export function where(condition: Sym, a: Value, b: Value): Sym {
  const like = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
  return make('where', logicRules.where, [condition, lift(a, like), lift(b, like)], {});
}
export function cast(x: Sym, to: DType): Sym {
  return x.dtype === to ? x : make('cast', logicRules.cast, [x], { to });
}
