import { ancestors } from '../gradients.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { writeModel } from '../onnx/model.ts';
import type { AttrsOf } from '../op-types.ts';
import { mul } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import { concat, unsqueeze } from '../ops/shape.ts';
import { sizeOf, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';

/** Joins at most this many scalars in one Concat: WebGPU adapters allow few buffers per kernel. */
const JOIN = 7;

/**
 * A graph with one output, `finite`: for each tensor of the forward pass, inputs first, 0 if it is finite and NaN if not.
 * `places` names the tensors in the same order.
 */
export function diagnosis(
  loss: Sym,
  inputs: Readonly<Record<string, Sym>>,
  target: Target,
): { readonly onnx: Uint8Array; readonly places: readonly string[] } {
  const nodes = ancestors([loss]).filter((sym) => sym.dtype === 'float32' && sym.op !== 'constant');
  const marks = nodes.map((sym) => sum(mul(sym, 0)));
  // in rounds, so that no Concat takes many inputs
  let vectors = marks.map((mark) => unsqueeze(mark, 0));
  while (vectors.length > 1) {
    const joined: Sym[] = [];
    for (let i = 0; i < vectors.length; i += JOIN) joined.push(concat(vectors.slice(i, i + JOIN), 0));
    vectors = joined;
  }
  const onnx = writeModel(lowerGraph({ inputs, outputs: { finite: vectors[0]! }, target }));
  return { onnx, places: nodes.map(placeOf) };
}

function placeOf(sym: Sym): string {
  if (sym.op === 'input') return `input "${(sym.attrs as AttrsOf<'input'>).name}"`;
  const where = sym.scope === '' ? 'the loss function' : sym.scope;
  return `${sym.op} [${sym.shape.join(', ')}] (${sizeOf(sym.shape)} numbers) in ${where}`;
}
