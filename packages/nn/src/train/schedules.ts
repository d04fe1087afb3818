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
  if (!(steps > 0 && warmup >= 0 && warmup <= steps))
    throw impossible('cosine', 'steps > 0 and 0 <= warmup <= steps', `steps ${steps}, warmup ${warmup}`);
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    return fall(peak, floor, (step - warmup) / Math.max(1, steps - warmup));
  };
}

/** Multiplies by `factor` every `every` steps. */
export function stepDecay(options: { readonly initial: number; readonly every: number; readonly factor: number }): Schedule {
  return (step) => options.initial * options.factor ** Math.floor(step / options.every);
}

/** Multiplies by `factor` at each of the steps `at`. */
export function milestones(options: { readonly initial: number; readonly at: readonly number[]; readonly factor: number }): Schedule {
  return (step) => options.initial * options.factor ** options.at.filter((milestone) => step >= milestone).length;
}

/**
 * One cycle, Smith and Topin 2018, as PyTorch's OneCycleLR: along half a cosine from peak / start up to `peak` over the first
 * `rise` of the steps, then down to peak / start / end.
 */
export function oneCycle(options: {
  readonly peak: number;
  readonly steps: number;
  /** Default 0.3 */
  readonly rise?: number;
  /** Default 25 */
  readonly start?: number;
  /** Default 1e4 */
  readonly end?: number;
}): Schedule {
  const { peak, steps, rise = 0.3, start = 25, end = 1e4 } = options;
  const top = rise * steps - 1;
  if (!(top > 0 && rise < 1 && steps > 1)) throw impossible('oneCycle', '1 < rise * steps < steps', `rise ${rise}, steps ${steps}`);
  const first = peak / start;
  return (step) => (step <= top ? fall(first, peak, step / top) : fall(peak, first / end, (step - top) / (steps - 1 - top)));
}

/** From `initial` to `end` at `steps` along (1 - step / steps)^power; power 1 is a straight line. */
export function polynomial(options: {
  readonly initial: number;
  readonly steps: number;
  /** Default 1 */
  readonly power?: number;
  readonly end?: number;
}): Schedule {
  const { initial, steps, power = 1, end = 0 } = options;
  if (!(steps > 0)) throw impossible('polynomial', 'steps > 0', `steps ${steps}`);
  return (step) => end + (initial - end) * Math.max(0, 1 - step / steps) ** power;
}

/** Rises linearly to `peak` over `warmup` steps, then falls as 1 / sqrt(step). */
export function inverseSquareRoot(options: { readonly peak: number; readonly warmup: number }): Schedule {
  const { peak, warmup } = options;
  if (!(warmup >= 1)) throw impossible('inverseSquareRoot', 'warmup >= 1', `warmup ${warmup}`);
  return (step) => peak * Math.min((step + 1) / warmup, Math.sqrt(warmup / (step + 1)));
}

/** Rises linearly from `from` (default 0) to the schedule's own rate over `steps` steps. */
export function warmedUp(schedule: Schedule, options: { readonly steps: number; readonly from?: number }): Schedule {
  const { steps, from = 0 } = options;
  return (step) => {
    const rate = schedule(step);
    return step >= steps ? rate : from + ((rate - from) * (step + 1)) / (steps + 1);
  };
}

/** A schedule that counts epochs: it is asked for 0 during the first `stepsPerEpoch` steps, then for 1. */
export function perEpoch(schedule: Schedule, stepsPerEpoch: number): Schedule {
  return (step) => schedule(Math.floor(step / stepsPerEpoch));
}

/** One schedule after the other, each counting from 0; the last goes on for ever. */
export function inTurn(...parts: readonly { readonly schedule: Schedule; readonly steps?: number }[]): Schedule {
  return (step) => {
    let start = 0;
    for (const [i, { schedule, steps = Infinity }] of parts.entries()) {
      if (step < start + steps || i === parts.length - 1) return schedule(step - start);
      start += steps;
    }
    throw impossible('inTurn', 'at least one schedule', 'none');
  };
}

/** Half a cosine from a to b as `done` goes from 0 to 1. */
function fall(a: number, b: number, done: number): number {
  return b + (a - b) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
}

function impossible(place: string, expected: string, got: string): VerilensError {
  return new VerilensError('BAD_OPTION', 'a schedule that cannot be', { place: `nn ${place}`, expected, got });
}
