import { VerilensError } from '@verilens/core';
import { gradients } from './gradients.ts';
import { clamp } from './ops/piecewise-linear.ts';
import { add, div, maximum, minimum, mul, sign, sqrt, square, stopGradient, sub } from './ops/elementwise.ts';
import { sum } from './ops/reduce.ts';
import { describe, sameShape, shapeError, type Sym } from './sym.ts';

export interface ProjectedGradientOptions {
  /** The scalar to make large, as a function of the moved x. */
  readonly objective: (x: Sym) => Sym;
  readonly steps: number;
  /** How far x may move: the largest change of an element (`linf`) or the length of a sample's change (`l2`). */
  readonly radius: number;
  readonly stepSize: number;
  /** Default `linf` */
  readonly norm?: 'linf' | 'l2';
  /** Where to begin, as a change of x, e.g. `mul(sub(draw.uniform(x.shape), 0.5), 2 * radius)`. Default: no change */
  readonly start?: Sym;
  /** Range that x stays in. Default 0..1 */
  readonly range?: readonly [number, number];
}

/**
 * Projected gradient ascent on x [B, ...], Madry et al. 2018, unrolled into the graph: for adversarial training within one step.
 * The result carries no gradient back through the attack.
 */
export function projectedGradient(x: Sym, options: ProjectedGradientOptions): Sym {
  const { objective, steps, radius, stepSize, norm = 'linf', start, range: [low, high] = [0, 1] } = options;
  if (!(Number.isInteger(steps) && steps >= 1 && radius > 0 && stepSize > 0))
    throw new VerilensError('BAD_OPTION', 'an attack that goes nowhere', {
      place: 'nn projectedGradient',
      expected: 'steps >= 1, radius > 0, stepSize > 0',
      got: `steps ${steps}, radius ${radius}, stepSize ${stepSize}`,
    });
  if (start !== undefined && !sameShape(start.shape, x.shape))
    throw shapeError('projectedGradient', `a start like x ${describe(x)}`, describe(start), 'Draw it with x.shape.');
  const clean = stopGradient(x);
  const axes = x.shape.map((_, i) => i).slice(1);
  const length = (d: Sym): Sym => sqrt(maximum(sum(square(d), axes, { keep: true }), 1e-12));
  const direction = (g: Sym): Sym => (norm === 'linf' ? sign(g) : div(g, length(g)));
  const project = (moved: Sym): Sym => {
    const change = sub(moved, clean);
    const near = norm === 'linf' ? clamp(change, -radius, radius) : mul(change, minimum(div(radius, length(change)), 1));
    return clamp(add(clean, near), low, high);
  };
  let moved = start === undefined ? clean : project(add(clean, stopGradient(start)));
  for (let i = 0; i < steps; i++) {
    const [g] = gradients(objective(moved), [moved]) as [Sym];
    moved = stopGradient(project(add(moved, mul(direction(g), stepSize))));
  }
  return moved;
}
