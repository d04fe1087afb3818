import * as nn from '../../src/index.ts';
import type { Op } from '../../src/op-types.ts';
import type { Sym } from '../../src/sym.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

export const reductions: readonly OpCase[] = (
  [
    ['all', [2, 3, 4], undefined, false],
    ['first axis', [5, 3], [0], false],
    ['leading axes', [2, 3, 4], [0, 1], true],
    ['last axis kept', [2, 3, 4], [2], true],
    ['middle axis', [2, 3, 4], [1], false],
    ['size one', [1, 3], [0], false],
  ] as const
).flatMap(([label, shape, axes, keep]): OpCase[] => {
  const all = axes ?? shape.map((_, i) => i);
  const row = (op: Op, build: (x: Sym) => Sym, f: (values: readonly number[]) => number, extra: Partial<OpCase> = {}): OpCase => ({
    name: `${op}, ${label}`,
    covers: [op],
    inputs: [shape],
    build: (x) => nn.mul(build(x!), build(x!)),
    reference: (x) => ref.map(ref.reduce(x!, all, keep, f), (v) => v * v),
    ...extra,
  });
  return [
    row('reduceSum', (x) => nn.sum(x, axes, { keep }), ref.total),
    row('reduceMean', (x) => nn.mean(x, axes, { keep }), ref.average),
    row(
      'reduceMax',
      (x) => nn.max(x, axes, { keep }),
      (values) => Math.max(...values),
      { spread: true },
    ),
  ];
});
