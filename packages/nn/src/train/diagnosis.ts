import { ancestors } from '../gradients.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { writeModel } from '../onnx/model.ts';
import type { AttrsOf } from '../op-types.ts';
import { mul } from '../ops/elementwise.ts';
import { sum } from '../ops/reduce.ts';
import { concat, unsqueeze } from '../ops/shape.ts';
import { sizeOf, type Sym } from '../sym.ts';
import type { Target } from '../target.ts';

/** A graph with one output, `finite`: for each tensor named in `places`, 0 if it is finite and NaN if not. */
export interface Diagnosis {
  readonly onnx: Uint8Array;
  readonly places: readonly string[];
}

/** The diagnosis of a step: the tensors of the forward pass in the order they are computed, inputs first, then those of the backward pass. */
export function diagnosis(at: {
  readonly loss: Sym;
  readonly gradients: readonly Sym[];
  readonly inputs: Readonly<Record<string, Sym>>;
  readonly target: Target;
}): Diagnosis {
  const checked = (sym: Sym): boolean => sym.dtype === 'float32' && sym.op !== 'constant';
  const forward = ancestors([at.loss]).filter(checked);
  const seen = new Set(forward.map(({ id }) => id));
  const backward = ancestors(at.gradients).filter((sym) => checked(sym) && !seen.has(sym.id));
  const marks = [...forward, ...backward].map((sym) => sum(mul(sym, 0)));
  const finite = concat(
    marks.map((mark) => unsqueeze(mark, 0)),
    0,
  );
  const onnx = writeModel(lowerGraph({ inputs: at.inputs, outputs: { finite }, target: at.target }));
  return { onnx, places: [...forward.map(placeOf), ...backward.map((sym) => `gradient: ${placeOf(sym)}`)] };
}

function placeOf(sym: Sym): string {
  if (sym.op === 'input') return `input "${(sym.attrs as AttrsOf<'input'>).name}"`;
  const where = sym.scope === '' ? 'the loss function' : sym.scope;
  return `${sym.op} [${sym.shape.join(', ')}] (${sizeOf(sym.shape)} numbers) in ${where}`;
}
