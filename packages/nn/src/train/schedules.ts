import { VerilensError } from '@verilens/core';

/** Learning rate of a step; the first step is 0. */
export type Schedule = (step: number) => number;

export function constantRate(rate: number): Schedule {
  return () => rate;
}

/** Rises linearly to `peak` over `warmup` steps, then falls along half a cosine to `floor` at `steps`. */
export function cosine(options: {
  readonly peak: number;
  readonly steps: number;
  readonly warmup?: number;
  readonly floor?: number;
}): Schedule {
  const { peak, steps, warmup = 0, floor = 0 } = options;
  if (!(steps > 0 && warmup >= 0 && warmup <= steps)) {
    throw new VerilensError('BAD_OPTION', 'a cosine schedule that cannot be', {
      place: 'nn cosine',
      expected: 'steps > 0 and 0 <= warmup <= steps',
      got: `steps ${steps}, warmup ${warmup}`,
    });
  }
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * done));
  };
}

/** Multiplies by `factor` every `every` steps. */
export function stepDecay(options: { readonly initial: number; readonly every: number; readonly factor: number }): Schedule {
  return (step) => options.initial * options.factor ** Math.floor(step / options.every);
}
