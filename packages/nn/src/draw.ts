import { VerilensError } from '@verilens/core';
import { mul } from './ops/elementwise.ts';
import { input } from './ops/source.ts';
import type { Random } from './random.ts';
import { sameShape, sizeOf, type Sym } from './sym.ts';

/** A random input of a training step and how the trainer fills it. */
export interface DrawSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: 'bernoulli' | 'uniform' | 'normal';
  /** For `bernoulli`: the chance of a 1. */
  readonly keep: number;
}

/** Declares random inputs: each call is a new input that the trainer fills from (seed, step, name). */
export interface Draw {
  /** 1 with chance `keep`, else 0. */
  bernoulli(shape: readonly number[], keep: number): Sym;
  /** 0 (included) .. 1 (excluded) */
  uniform(shape: readonly number[]): Sym;
  normal(shape: readonly number[]): Sym;
}

/** A `Draw` that records what it was asked for. */
export function recordDraws(): {
  readonly draw: Draw;
  /** A `Draw` that gives the recorded draws once more, in the same order: for a second pass with the same randomness. */
  readonly again: () => Draw;
  readonly specs: readonly DrawSpec[];
  readonly inputs: Readonly<Record<string, Sym>>;
} {
  const specs: DrawSpec[] = [];
  const inputs: Record<string, Sym> = {};
  const declare = (spec: Omit<DrawSpec, 'name'>): Sym => {
    const name = `draw.${specs.length}`;
    specs.push({ name, ...spec });
    return (inputs[name] = input(name, { shape: spec.shape, dtype: 'float32' }, 'draw'));
  };
  const again = (): Draw => {
    let next = 0;
    return drawOf((spec) => {
      const known = specs[next++];
      return known !== undefined && known.kind === spec.kind && known.keep === spec.keep && sameShape(known.shape, spec.shape)
        ? inputs[known.name]!
        : declare(spec);
    });
  };
  return { draw: drawOf(declare), again, specs, inputs };
}

function drawOf(declare: (spec: Omit<DrawSpec, 'name'>) => Sym): Draw {
  return {
    bernoulli: (shape, keep) => declare({ kind: 'bernoulli', shape, keep }),
    uniform: (shape) => declare({ kind: 'uniform', shape, keep: 0 }),
    normal: (shape) => declare({ kind: 'normal', shape, keep: 0 }),
  };
}

/** The numbers of one draw. */
export function fillDraw(spec: DrawSpec, random: Random): Float32Array {
  const { kind, keep } = spec;
  const next = kind === 'normal' ? random.normal : kind === 'uniform' ? random.uniform : () => (random.uniform() < keep ? 1 : 0);
  return Float32Array.from({ length: sizeOf(spec.shape) }, next);
}

function checkRate(place: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) {
    throw new VerilensError('BAD_OPTION', `${place} rate out of range`, {
      place: `nn ${place}`,
      expected: '0 <= rate < 1',
      got: String(rate),
    });
  }
}

/** Drops elements with chance `rate` and scales the rest by 1 / (1 - rate). Without `draw` (inference) x stays as it is. */
export function dropout(x: Sym, rate: number, draw: Draw | undefined): Sym {
  checkRate('dropout', rate);
  return rate === 0 || draw === undefined ? x : mul(x, mul(draw.bernoulli(x.shape, 1 - rate), 1 / (1 - rate)));
}

/**
 * Huang et al. 2016: drops a residual branch [B, ...] of a whole sample with chance `rate` and scales the others by 1 / (1 - rate).
 * Without `draw` (inference) it stays as it is.
 */
export function stochasticDepth(branch: Sym, rate: number, draw: Draw | undefined): Sym {
  checkRate('stochasticDepth', rate);
  if (rate === 0 || draw === undefined) return branch;
  const samples = branch.shape.map((n, i) => (i === 0 ? n : 1));
  return mul(branch, mul(draw.bernoulli(samples, 1 - rate), 1 / (1 - rate)));
}
