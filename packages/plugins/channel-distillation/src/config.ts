import { VerilensError } from '@verilens/core';

/** How an object is followed. Lengths in cells unless said otherwise. */
export interface TrackerConfig {
  /** Cells along the side of the searched square. A product of 2, 3 and 5 is fast. */
  readonly cells: number;
  /**
   * Side of the searched square, in units of sqrt(width * height) of the object. Solver A has nothing that keeps its filter off
   * the ground around the object, so its square is smaller: 2.5.
   */
  readonly padding: number;
  /** `dcf`: every frequency on its own (solver A). `spatial`: with a spatial penalty, by conjugate gradients (solver B). */
  readonly solver: 'dcf' | 'spatial';
  /** Choose channels for this object. False: all channels are used. */
  readonly distil: boolean;
  /** Price of a channel in the selection. */
  readonly gamma: number;
  readonly minimumChannels: number;
  /** Largest share of all channels that may be kept. */
  readonly maximumShare: number;
  /** Frames between two selections; 0: only the first frame's. */
  readonly redistilEvery: number;
  /** Width of the wanted response, as a share of the object's size. */
  readonly labelWidth: number;
  /** How fast the filter follows a changing object: weight of a new frame. */
  readonly rate: number;
  /** Frames between two improvements of the filter, and steps of conjugate gradients for each (solver B). */
  readonly solveEvery: number;
  readonly solveSteps: number;
  readonly firstSteps: number;
  /** Penalty of filter energy away from the object: at its middle, and what is added at its border (solver B). */
  readonly penaltyFloor: number;
  readonly penaltyEdge: number;
}

export const DEFAULTS: TrackerConfig = {
  cells: 48,
  padding: 4.5,
  solver: 'spatial',
  distil: true,
  gamma: 0.02,
  minimumChannels: 4,
  maximumShare: 0.25,
  redistilEvery: 0,
  labelWidth: 1 / 16,
  rate: 0.02,
  solveEvery: 6,
  solveSteps: 4,
  firstSteps: 40,
  penaltyFloor: 0.03,
  penaltyEdge: 3,
};

const DCF_PADDING = 2.5;

/** Smallest object that can be followed: geometric mean of its sides in pixels. */
export const SMALLEST = 4;

/** The options over the defaults. @throws VerilensError BAD_OPTION */
export function configure(options: Partial<TrackerConfig>): TrackerConfig {
  const config = { ...DEFAULTS, ...(options.solver === 'dcf' ? { padding: DCF_PADDING } : {}), ...options };
  const whole = (name: keyof TrackerConfig, low: number, high: number): void => {
    const value = config[name];
    check(
      name,
      value,
      Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
      `a whole number from ${low} to ${high}`,
    );
  };
  const between = (name: keyof TrackerConfig, low: number, high: number): void => {
    const value = config[name];
    check(name, value, typeof value === 'number' && value >= low && value <= high, `a number from ${low} to ${high}`);
  };
  whole('cells', 16, 128);
  between('padding', 1.5, 10);
  check('solver', config.solver, config.solver === 'dcf' || config.solver === 'spatial', 'dcf or spatial');
  between('gamma', 0, 10);
  whole('minimumChannels', 1, 4096);
  between('maximumShare', 0, 1);
  whole('redistilEvery', 0, 1e9);
  between('labelWidth', 0.01, 1);
  between('rate', 0, 1);
  whole('solveEvery', 1, 1e6);
  whole('solveSteps', 1, 1000);
  whole('firstSteps', 1, 10_000);
  between('penaltyFloor', 1e-6, 1e3);
  between('penaltyEdge', 0, 1e3);
  return config;
}

function check(name: string, value: unknown, right: boolean, expected: string): void {
  if (right) return;
  throw new VerilensError('BAD_OPTION', `${name} cannot be used`, { place: 'plugin channel-distillation', expected, got: String(value) });
}
