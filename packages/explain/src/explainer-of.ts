import { didYouMean, type Explainer, lifecycle, type Runtime, VerilensError } from '@verilens/core';
import { explainWith, type SaliencyMethod } from './explain-with.ts';

export interface ExplainerParts {
  readonly name: string;
  /** At least one; the first is the default. */
  readonly methods: readonly SaliencyMethod[];
  readonly runtime: Runtime;
  /** Who explains, for errors. */
  readonly place: string;
  readonly warmup?: () => Promise<void>;
  /** Frees what the methods hold. */
  readonly dispose?: () => Promise<void>;
}

/** An explainer made of methods: the one a call names (or the first) with `explainWith` around it. */
export function explainerOf({ name, methods, runtime, place, ...rest }: ExplainerParts): Explainer {
  const life = lifecycle(place, rest.dispose);
  return {
    name,
    methods: methods.map(({ name, needs }) => ({ name, needs })),
    async warmup() {
      life.begin();
      await rest.warmup?.();
    },
    async explain(model, image, objective, call = {}) {
      const elapsed = life.begin(call.signal);
      const method = call.method === undefined ? methods[0]! : methodNamed(call.method, methods, place);
      const explained = await explainWith(method, { model, image, objective, options: call, place });
      return { ...explained, device: runtime.device, durationMs: elapsed() };
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
}

/** @throws VerilensError UNKNOWN_NAME with the nearest name */
export function methodNamed(name: string, methods: readonly SaliencyMethod[], place: string): SaliencyMethod {
  const found = methods.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = methods.map((method) => method.name);
  throw new VerilensError('UNKNOWN_NAME', `no method is called "${name}"`, { place, remedy: didYouMean(name, names) });
}
