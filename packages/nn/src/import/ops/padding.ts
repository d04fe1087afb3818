import { padFrom, type PadMode } from '../../ops/arrange.ts';
import { pad, sliceAll } from '../../ops/shape.ts';
import type { Importer } from '../site.ts';

/** ONNX's names of our modes. */
const MODES: Readonly<Record<string, PadMode>> = { reflect: 'reflect', edge: 'replicate', wrap: 'circular' };

const padding: Importer = (site) => {
  const x = site.sym(0);
  const rank = x.shape.length;
  const given = site.ints('pads') ?? site.ints('paddings') ?? site.numbers(1, 'pads') ?? [];
  const axes = site.numbers(3, 'axes')?.map((axis) => site.axis(axis, rank)) ?? x.shape.map((_, i) => i);
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = given[i]!;
    after[axis] = given[axes.length + i]!;
  });
  // negative padding cuts
  const cut = sliceAll(
    x,
    before.map((n) => Math.max(-n, 0)),
    x.shape.map((n, i) => n - Math.max(-after[i]!, 0)),
  );
  const grow = (list: readonly number[]): number[] => list.map((n) => Math.max(n, 0));
  const mode = site.text('mode') ?? 'constant';
  if (mode === 'constant') return pad(cut, grow(before), grow(after), site.float('value') ?? site.scalar(2, 'value') ?? 0);
  const from = MODES[mode];
  if (from === undefined) throw site.unsupported('it pads in a way we do not know', ['constant', ...Object.keys(MODES)].join(', '), mode);
  return padFrom(cut, grow(before), grow(after), from);
};

export const paddingImporters: Readonly<Record<string, Importer>> = { Pad: padding };
