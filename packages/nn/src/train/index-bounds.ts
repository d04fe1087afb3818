import { ancestors } from '../gradients.ts';
import type { AttrsOf } from '../op-types.ts';
import type { Sym } from '../sym.ts';

/** An int32 graph input whose values must lie in 0 .. below - 1. */
export interface IndexBound {
  readonly input: string;
  readonly below: number;
  /** A value that is allowed all the same, because it is replaced before use. */
  readonly except: number | undefined;
  readonly use: string;
}

/** Finds int32 inputs that are used as labels or indices directly; devices do not check them alike, so the trainer does. */
export function indexBounds(roots: readonly Sym[]): IndexBound[] {
  const bounds: IndexBound[] = [];
  for (const sym of ancestors(roots)) {
    const [below, used] = bound(sym);
    const [index, except] = withoutIgnored(used);
    if (below === undefined || index?.op !== 'input') continue;
    const use = sym.scope === '' ? sym.op : `${sym.scope}: ${sym.op}`;
    bounds.push({ input: (index.attrs as AttrsOf<'input'>).name, below, except, use });
  }
  return bounds;
}

function bound(sym: Sym): readonly [number | undefined, Sym | undefined] {
  if (sym.op === 'oneHot') return [(sym.attrs as AttrsOf<'oneHot'>).depth, sym.inputs[0]];
  if (sym.op === 'gather') return [sym.inputs[0]!.shape[(sym.attrs as AttrsOf<'gather'>).axis], sym.inputs[1]];
  if (sym.op === 'scatterAdd') return [(sym.attrs as AttrsOf<'scatterAdd'>).size, sym.inputs[0]];
  return [undefined, undefined];
}

/** Looks through `where(equal(index, ignored), 0, index)`, which cross-entropy writes for a label to ignore. */
function withoutIgnored(sym: Sym | undefined): readonly [Sym | undefined, number | undefined] {
  if (sym?.op !== 'where') return [sym, undefined];
  const [condition, , index] = sym.inputs;
  const ignored = condition?.op === 'equal' && condition.inputs[0] === index ? condition.inputs[1] : undefined;
  return ignored?.op === 'constant' ? [index, Number((ignored.attrs as AttrsOf<'constant'>).data[0])] : [sym, undefined];
}
