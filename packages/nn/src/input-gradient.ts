import { didYouMean, VerilensError } from '@verilens/core';
import { exportInference } from './export-inference.ts';
import { gradients } from './gradients.ts';
import type { Syms } from './module.ts';
import type { FreeSpec, InputSyms } from './specs.ts';
import type { Sym } from './sym.ts';
import type { Target } from './target.ts';
import type { Parameters } from './train/parameter-store.ts';

export interface InputGradientOptions<P, I extends Readonly<Record<string, FreeSpec>>> {
  readonly module: { readonly kind: string; readonly params: P };
  /** As `trainer.parameters()` gives them; they are stored in the graph. */
  readonly params: Parameters;
  readonly inputs: I;
  /**
   * The scalar to differentiate, and further outputs. Make it a sum over the batch, not a mean, if a sample's gradient shall not
   * depend on the size of the batch. `towards` names inputs by default; here it may also name tensors between, e.g. a feature map.
   */
  readonly objective: (
    p: Syms<P>,
    inputs: InputSyms<I>,
  ) => { readonly objective: Sym; readonly between?: Readonly<Record<string, Sym>>; readonly outputs?: Readonly<Record<string, Sym>> };
  /** Inputs, or names in `between`, whose gradients are given. */
  readonly towards: readonly string[];
  readonly target: Target;
}

/**
 * The bytes of a graph that gives `objective`, `gradient.<name>` for each name in `towards`, the tensors `between` and the further
 * outputs: for attacks stepped from outside, saliency maps, Grad-CAM, making data. Trained parameters are stored in it.
 */
export function inputGradient<P, I extends Readonly<Record<string, FreeSpec>>>(options: InputGradientOptions<P, I>): Uint8Array {
  return exportInference({
    module: options.module,
    params: options.params,
    inputs: options.inputs,
    target: options.target,
    forward: (p, inputs) => {
      const { objective, between = {}, outputs = {} } = options.objective(p, inputs);
      const named: Readonly<Record<string, Sym>> = { ...inputs, ...between };
      const wrt = options.towards.map((name) => named[name] ?? unknownName(name, Object.keys(named)));
      const found = gradients(objective, wrt);
      return {
        objective,
        ...between,
        ...outputs,
        ...Object.fromEntries(options.towards.map((name, i) => [`gradient.${name}`, found[i]!])),
      };
    },
  });
}

function unknownName(name: string, known: readonly string[]): never {
  throw new VerilensError('UNKNOWN_NAME', `there is no tensor "${name}" to differentiate towards`, {
    place: 'nn inputGradient',
    expected: known.join(', '),
    got: name,
    remedy: didYouMean(name, known),
  });
}
