import { sum } from '../ops/reduce.ts';
import { matmul } from '../ops/linear-algebra.ts';
import { reshape, transpose } from '../ops/shape.ts';
import { describe, shapeError, sizeOf, type Sym } from '../sym.ts';

interface Labelled {
  readonly x: Sym;
  readonly labels: readonly string[];
}

/**
 * Einstein summation over one or two tensors, e.g. `einsum('bhqd,bhkd->bhqk', q, k)`: axes named alike are multiplied
 * together, those missing from the result are summed. Axes are single letters and the result is spelt out.
 * @throws VerilensError BAD_SHAPE, also for what is left out: a letter twice in one operand (diagonals), `...`, three operands
 */
export function einsum(equation: string, ...operands: readonly Sym[]): Sym {
  const [, left, result] = /^([A-Za-z]+(?:,[A-Za-z]+)*)->([A-Za-z]*)$/.exec(equation.replaceAll(' ', '')) ?? [];
  if (left === undefined || result === undefined)
    throw refusal(equation, operands, 'letters, commas and an arrow, such as "ij,jk->ik"', 'Name every axis and spell out the result.');
  const terms = left.split(',');
  if (terms.length !== operands.length || terms.length > 2)
    throw refusal(equation, operands, `${terms.length} operand(s), at most two`, 'Contract pairs, one after the other.');
  const sizes = new Map<string, number>();
  const labelled = operands.map((x, i): Labelled => {
    const labels = [...terms[i]!];
    if (labels.length !== x.shape.length || new Set(labels).size !== labels.length)
      throw refusal(equation, operands, `one letter per axis of ${describe(x)}, each once`, 'Take diagonals by other means.');
    labels.forEach((label, axis) => {
      const size = sizes.get(label) ?? x.shape[axis]!;
      if (size !== x.shape[axis]) throw refusal(equation, operands, `axes "${label}" of one size`, 'Check the order of the axes.');
      sizes.set(label, size);
    });
    return { x, labels };
  });
  const wanted = [...result];
  if (new Set(wanted).size !== wanted.length || wanted.some((label) => !sizes.has(label)))
    throw refusal(equation, operands, 'a result of letters that occur on the left, each once', 'Check the part after the arrow.');
  const [a, b] = labelled as [Labelled, Labelled | undefined];
  const joint =
    b === undefined
      ? sumOthers(a, wanted)
      : contract(sumOthers(a, [...b.labels, ...wanted]), sumOthers(b, [...a.labels, ...wanted]), wanted);
  return ordered(joint, wanted);
}

function refusal(equation: string, operands: readonly Sym[], expected: string, remedy: string): Error {
  return shapeError(`einsum "${equation}"`, expected, operands.map(describe).join(' and ') || 'no operand', remedy);
}

/** Sums away the axes that nobody else needs. */
function sumOthers({ x, labels }: Labelled, needed: readonly string[]): Labelled {
  const gone = labels.map((_, i) => i).filter((i) => !needed.includes(labels[i]!));
  return { x: gone.length === 0 ? x : sum(x, gone), labels: labels.filter((label) => needed.includes(label)) };
}

function ordered({ x, labels }: Labelled, wanted: readonly string[]): Sym {
  return transpose(
    x,
    wanted.map((label) => labels.indexOf(label)),
  );
}

/** One batched matrix product: axes in both and in the result are the batch, in both only are the inner size. */
function contract(a: Labelled, b: Labelled, wanted: readonly string[]): Labelled {
  const shared = (label: string): boolean => a.labels.includes(label) && b.labels.includes(label);
  const batch = a.labels.filter((label) => shared(label) && wanted.includes(label));
  const inner = a.labels.filter((label) => shared(label) && !wanted.includes(label));
  const rows = a.labels.filter((label) => !shared(label));
  const columns = b.labels.filter((label) => !shared(label));
  const size = (of: Labelled, labels: readonly string[]): number => sizeOf(labels.map((label) => of.x.shape[of.labels.indexOf(label)]!));
  const lead = batch.length === 0 ? [] : [size(a, batch)];
  const left = reshape(ordered(a, [...batch, ...rows, ...inner]), [...lead, size(a, rows), size(a, inner)]);
  const right = reshape(ordered(b, [...batch, ...inner, ...columns]), [...lead, size(b, inner), size(b, columns)]);
  const labels = [...batch, ...rows, ...columns];
  const sizes = labels.map((label) => {
    const of = a.labels.includes(label) ? a : b;
    return of.x.shape[of.labels.indexOf(label)]!;
  });
  return { x: reshape(matmul(left, right), sizes), labels };
}
