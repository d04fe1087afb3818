import * as nn from '../../src/index.ts';
import type { Sym } from '../../src/index.ts';
import type { Builders } from './builders.ts';

interface Indexed {
  readonly indices: readonly (readonly number[])[];
}
const matrix = ({ indices }: Indexed): Sym => nn.constant(Int32Array.from(indices.flat()), [indices.length, indices[0]!.length]);

/** Builders of `fixtures/arrangement.py`. */
export const arrangement = {
  padFrom: (a: { mode: nn.PadMode; before: number[]; after: number[] }, x: Sym) => nn.square(nn.padFrom(x, a.before, a.after, a.mode)),
  roll: (a: { shift: number; axis: number }, x: Sym) => nn.square(nn.roll(x, a.shift, a.axis)),
  tile: (a: { repeats: number[] }, x: Sym) => nn.square(nn.tile(x, a.repeats)),
  repeat: (a: { count: number; axis: number }, x: Sym) => nn.square(nn.repeat(x, a.count, a.axis)),
  takeAlongAxis: (a: Indexed & { axis: number }, x: Sym) => nn.square(nn.takeAlongAxis(x, matrix(a), a.axis)),
  scatterAddAlongAxis: (a: Indexed & { axis: number; size: number }, x: Sym) =>
    nn.square(nn.scatterAddAlongAxis(matrix(a), x, a.axis, a.size)),
  gatherBatch: (a: Indexed, x: Sym) => nn.square(nn.gatherBatch(x, matrix(a))),
  cumulativeSum: (a: { axis: number }, x: Sym) => nn.square(nn.cumulativeSum(x, a.axis)),
} satisfies Builders;
