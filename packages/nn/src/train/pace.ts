import { VerilensError } from '@verilens/core';

/** How many steps are done in one run. */
export interface Pace {
  /** Of the next run, at most as many as are left. */
  next(left: number): number;
  /** Learns from a run of so many steps. */
  took(steps: number, ms: number): void;
}

/** Signals, timers and progress wait for the end of a run. */
const RUN_MS = 1000;
/** Trainings that end sooner would gain half a second, less the time it takes to load the loop. */
const WORTH_MS = 10_000;

/** How many steps of a length `fit` puts in one run by itself, of `most`. */
export function stepsPerRun(stepMs: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(RUN_MS / stepMs)));
}

/**
 * The pace of a training. `auto` begins with two single steps, the first of which wakes everything up, and puts as many of the
 * measured length in a run as take a second. @throws VerilensError BAD_OPTION
 */
export function paceOf(wanted: number | 'auto', most: number): Pace {
  if (wanted !== 'auto') {
    if (!(Number.isInteger(wanted) && wanted >= 1))
      throw new VerilensError('BAD_OPTION', 'stepsPerRun is a number of steps', {
        place: 'nn fit',
        expected: "a whole number from 1, or 'auto'",
        got: String(wanted),
      });
    return { next: (left) => Math.min(wanted, left), took: () => undefined };
  }
  let runs = 0;
  let stepMs = 0;
  let several = false;
  return {
    next(left) {
      if (runs < 2) return 1;
      several ||= left * stepMs >= WORTH_MS;
      return several ? Math.min(left, stepsPerRun(stepMs, most)) : 1;
    },
    took(steps, ms) {
      runs += 1;
      stepMs = ms / steps;
    },
  };
}
