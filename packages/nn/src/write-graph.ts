import { lowerGraph } from './onnx/lower.ts';
import { writeModel } from './onnx/model.ts';
import type { Sym } from './sym.ts';
import type { Target } from './target.ts';

/** The bytes of an ONNX file that computes `outputs` from `inputs` (tensors made by `input`). Deterministic. */
export function writeGraph(request: {
  readonly inputs: Readonly<Record<string, Sym>>;
  readonly outputs: Readonly<Record<string, Sym>>;
  readonly target: Target;
}): Uint8Array {
  return writeModel(lowerGraph(request));
}
