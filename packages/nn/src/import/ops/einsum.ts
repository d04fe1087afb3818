import { einsum } from '../../functions/einsum.ts';
import { identity } from '../../functions/solve.ts';
import { mul } from '../../ops/elementwise.ts';
import { sum } from '../../ops/reduce.ts';
import { reshape } from '../../ops/shape.ts';
import type { Sym } from '../../sym.ts';
import type { Importer, Site } from '../site.ts';

interface Term {
  readonly x: Sym;
  readonly labels: readonly string[];
}

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];

/** Letters of one operand, with `...` written out as letters of its own, counted from the last. */
function spelt(site: Site, term: string, rank: number, spare: readonly string[]): string[] {
  const [before, after, ...more] = term.split('...').map((part) => [...part]);
  if (after === undefined) return before!;
  const hidden = rank - before!.length - after.length;
  if (more.length > 0 || hidden < 0 || hidden > spare.length)
    throw site.bad('its equation does not fit an operand', `${before!.length + after.length} or more axes`, `${rank} for "${term}"`);
  return [...before!, ...spare.slice(spare.length - hidden), ...after];
}

/** The diagonal of axes that carry one letter: all else times 0, added up. */
function diagonal({ x, labels }: Term): Term {
  const second = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (second === -1) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  const mask = reshape(
    identity(x.shape[first]!),
    x.shape.map((n, i) => (i === first || i === second ? n : 1)),
  );
  return diagonal({ x: sum(mul(x, mask), second), labels: labels.filter((_, i) => i !== second) });
}

/** Pairs are contracted from left to right. */
const contraction: Importer = (site) => {
  const equation = (site.text('equation') ?? '').replaceAll(' ', '');
  const [left, result] = equation.split('->') as [string, string | undefined];
  const operands = site.args.map((_, i) => site.sym(i));
  const spare = ALPHABET.filter((letter) => !equation.includes(letter));
  const raw = left.split(',');
  if (raw.length !== operands.length) throw site.bad('its equation has another number of operands', `${operands.length}`, `${raw.length}`);
  const labels = raw.map((term, i) => spelt(site, term, operands[i]!.shape.length, spare));
  const wrong = labels.findIndex((own, i) => own.length !== operands[i]!.shape.length);
  if (wrong !== -1) throw site.bad('its equation does not fit an operand', `${operands[wrong]!.shape.length} letters`, `"${raw[wrong]}"`);
  const widest = spare.filter((letter) => labels.some((own) => own.includes(letter)));
  const every = labels.flat();
  // without an arrow: what `...` stands for, then the letters that occur once, by the alphabet
  const wanted =
    result === undefined
      ? [...widest, ...every.filter((letter) => !widest.includes(letter) && every.indexOf(letter) === every.lastIndexOf(letter)).sort()]
      : result.includes('...')
        ? spelt(site, result, result.length - 3 + widest.length, widest)
        : [...result];
  const terms = operands.map((x, i) => diagonal({ x, labels: labels[i]! }));
  const [first, ...rest] = terms as [Term, ...Term[]];
  if (rest.length === 0) return einsum(`${first.labels.join('')}->${wanted.join('')}`, first.x);
  return rest.reduce<Term>((a, b, i) => {
    const needed = new Set([...wanted, ...rest.slice(i + 1).flatMap((term) => term.labels)]);
    const kept = i === rest.length - 1 ? wanted : [...new Set([...a.labels, ...b.labels])].filter((letter) => needed.has(letter));
    return { x: einsum(`${a.labels.join('')},${b.labels.join('')}->${kept.join('')}`, a.x, b.x), labels: kept };
  }, first).x;
};

export const einsumImporters: Readonly<Record<string, Importer>> = { Einsum: contraction };
