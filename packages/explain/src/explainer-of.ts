import { didYouMean, type Explainer, type Runtime, throwIfAborted, VerilensError } from '@verilens/core';
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
  let disposed = false;
  const alive = (): void => {
    if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place, remedy: 'Create another one.' });
  };
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await rest.dispose?.();
  };
  return {
    name,
    methods: methods.map(({ name, needs }) => ({ name, needs })),
    async warmup() {
      alive();
      await rest.warmup?.();
    },
    async explain(model, image, objective, call = {}) {
      alive();
      throwIfAborted(call.signal, place);
      const started = performance.now();
      const method = call.method === undefined ? methods[0]! : methodNamed(call.method, methods, place);
      const explained = await explainWith(method, { model, image, objective, options: call, place });
      return { ...explained, device: runtime.device, durationMs: performance.now() - started };
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** @throws VerilensError UNKNOWN_NAME with the nearest name */
export function methodNamed(name: string, methods: readonly SaliencyMethod[], place: string): SaliencyMethod {
  const found = methods.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = methods.map((method) => method.name);
  throw new VerilensError('UNKNOWN_NAME', `no method is called "${name}"`, { place, remedy: didYouMean(name, names) });
}
