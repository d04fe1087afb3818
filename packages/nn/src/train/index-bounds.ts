import { ancestors } from '../gradients.ts';
import type { AttrsOf } from '../op-types.ts';
import type { Sym } from '../sym.ts';

/** An int32 graph input whose values must lie in 0 .. below - 1. */
export interface IndexBound {
  readonly input: string;
  readonly below: number;
  readonly use: string;
}

/** Finds int32 inputs that are used as labels or indices directly; devices do not check them alike, so the trainer does. */
export function indexBounds(roots: readonly Sym[]): IndexBound[] {
  const bounds: IndexBound[] = [];
  for (const sym of ancestors(roots)) {
    const [below, index] = bound(sym);
    if (below === undefined || index?.op !== 'input') continue;
    bounds.push({ input: (index.attrs as AttrsOf<'input'>).name, below, use: sym.scope === '' ? sym.op : `${sym.scope}: ${sym.op}` });
  }
  return bounds;
}

function bound(sym: Sym): readonly [number | undefined, Sym | undefined] {
  if (sym.op === 'oneHot') return [(sym.attrs as AttrsOf<'oneHot'>).depth, sym.inputs[0]];
  if (sym.op === 'gather') return [sym.inputs[0]!.shape[(sym.attrs as AttrsOf<'gather'>).axis], sym.inputs[1]];
  if (sym.op === 'scatterAdd') return [(sym.attrs as AttrsOf<'scatterAdd'>).size, sym.inputs[0]];
  return [undefined, undefined];
}
