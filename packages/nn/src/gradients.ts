import { VerilensError } from '@verilens/core';
import { sumContributions } from './ops/shape.ts';
import { ones, zeros } from './ops/source.ts';
import { withScope } from './scope.ts';
import { describe, sameShape, showShape, type Sym } from './sym.ts';

/** Nodes that `root` is computed from, itself included, inputs before users. */
export function ancestors(roots: readonly Sym[]): Sym[] {
  const seen = new Map<number, Sym>();
  const open = [...roots];
  for (let sym = open.pop(); sym !== undefined; sym = open.pop()) {
    if (seen.has(sym.id)) continue;
    seen.set(sym.id, sym);
    open.push(...sym.inputs);
  }
  return [...seen.values()].sort((a, b) => a.id - b.id);
}

/**
 * Gradients of a scalar towards tensors of its graph: parameters, inputs or anything between.
 * They are ordinary tensors, so they can be used in a loss and differentiated again.
 * A tensor that `loss` does not depend on (or only through ops that are not differentiable) gets zeros.
 * @throws VerilensError BAD_SHAPE when `loss` is not a float32 scalar
 */
export function gradients(loss: Sym, wrt: readonly Sym[]): Sym[] {
  if (loss.shape.length !== 0 || loss.dtype !== 'float32') {
    throw new VerilensError('BAD_SHAPE', 'only a scalar has gradients', {
      place: 'nn gradients',
      expected: 'float32[]',
      got: describe(loss),
      remedy: 'Reduce it with sum(x) or mean(x).',
    });
  }
  const nodes = ancestors([loss]);
  const wanted = new Set(wrt.map((sym) => sym.id));
  // only nodes between wrt and the loss take part
  const active = new Set<number>();
  for (const node of nodes) {
    if (wanted.has(node.id) || node.inputs.some((x) => active.has(x.id))) active.add(node.id);
  }
  const contributions = new Map<number, Sym[]>([[loss.id, [ones([])]]]);
  const done = new Map<number, Sym>();
  for (const node of nodes.reverse()) {
    const terms = contributions.get(node.id);
    if (terms === undefined || !active.has(node.id)) continue;
    contributions.delete(node.id);
    const { backward } = node;
    withScope(node.scope, () => {
      const dy = sumContributions(terms);
      if (wanted.has(node.id)) done.set(node.id, dy);
      if (backward === undefined || node.inputs.length === 0) return;
      backward(dy).forEach((gradient, i) => {
        const input = node.inputs[i]!;
        if (gradient === null || !active.has(input.id)) return;
        checkGradient(node, input, gradient);
        const list = contributions.get(input.id);
        if (list === undefined) contributions.set(input.id, [gradient]);
        else list.push(gradient);
      });
    });
  }
  return wrt.map((sym) => done.get(sym.id) ?? zeros(sym.shape));
}

function checkGradient(node: Sym, input: Sym, gradient: Sym): void {
  if (sameShape(gradient.shape, input.shape) && gradient.dtype === input.dtype) return;
  throw new VerilensError('BAD_SHAPE', `the gradient rule of ${node.op} is wrong`, {
    place: `nn ${node.scope}: ${node.op}`,
    expected: `a gradient ${input.dtype}${showShape(input.shape)}`,
    got: describe(gradient),
    remedy: 'This is a mistake in the rule table, not in the model: please report it.',
  });
}
