import type { Sym } from '@verilens/nn';
import type { Graph } from './graph.ts';

/** An input of a race: noise, counted on over inputs whose names differ only behind a dot; or labels 0..below-1. */
export interface Fed {
  readonly shape: readonly number[];
  /** Makes it int32. */
  readonly below?: number;
  /** Squares the noise. */
  readonly positive?: boolean;
}

/** Another way to the same results. */
export type Other = (g: Graph) => readonly string[];

/** One computation on one shape: the way the library writes it, and others. */
export interface Race {
  readonly op: string;
  readonly shape: string;
  readonly inputs: Readonly<Record<string, Fed>>;
  /** What the library's way is called. */
  readonly used: string;
  /** The library's own graph; what it becomes is its lowering table's choice. */
  readonly ours: (x: Readonly<Record<string, Sym>>) => readonly Sym[];
  readonly others: Readonly<Record<string, Other>>;
  /** Further ways written by the library itself, from inputs of their own. */
  readonly variants?: Readonly<Record<string, Pick<Race, 'inputs' | 'ours'>>>;
  /** Results come back whole while timed, where handing them over is part of the work. */
  readonly whole?: boolean;
}

/** The library's gradient rule of the op that made `y`. */
export function backward(y: Sym, dy: Sym): readonly Sym[] {
  return y.backward!(dy).filter((gradient) => gradient !== null);
}

export const size = (shape: readonly number[]): number => shape.reduce((a, n) => a * n, 1);
