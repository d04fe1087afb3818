import { dropout, stochasticDepth, type Draw } from '../draw.ts';
import type { Sym } from '../sym.ts';

export interface DropoutOptions {
  /** Chance of dropping an element, 0..1. Needs `draw`. Default 0. */
  readonly dropout?: number;
  readonly draw?: Draw;
}

export interface BranchOptions extends DropoutOptions {
  /** Chance of leaving a branch out for a whole sample, 0..1. Needs `draw`. Default 0. */
  readonly stochasticDepth?: number;
}

/** A residual branch as it is added: with dropout, and at times not at all. */
export function dropped(branch: Sym, at: BranchOptions): Sym {
  return stochasticDepth(dropout(branch, at.dropout ?? 0, at.draw), at.stochasticDepth ?? 0, at.draw);
}
