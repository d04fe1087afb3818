import { expect, it } from 'vitest';
import { ridgeProblem } from '../src/index.ts';

const dice = (seed: number) => {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
};

/** Slopes of sum w (y - b0 - b.x)^2 + penalty |b|^2 at the fit, by intercept and coefficients: all 0 at the least value. */
function slopes(rows: number[][], targets: number[], weights: number[], penalty: number, b0: number, b: Float64Array): number[] {
  const rest = rows.map((row, i) => weights[i]! * (targets[i]! - b0 - row.reduce((sum, value, k) => sum + value * b[k]!, 0)));
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  return [sum(rest), ...Array.from(b, (value, k) => sum(rest.map((r, i) => r * rows[i]![k]!)) - penalty * value)];
}

it.each([
  [40, 6],
  [12, 30],
])('finds the least value with %i rows of %i columns', (count, width) => {
  const next = dice(7 * width);
  const rows = Array.from({ length: count }, () => Array.from({ length: width }, () => next() + 0.3));
  const targets = Array.from({ length: count }, () => next());
  const weights = Array.from({ length: count }, () => next() + 0.6);
  const { coefficients, intercept, fitted } = ridgeProblem(rows).fit(targets, weights, 0.05);
  for (const slope of slopes(rows, targets, weights, 0.05, intercept, coefficients)) expect(Math.abs(slope)).toBeLessThan(1e-10);
  rows.forEach((row, i) => expect(fitted[i]).toBeCloseTo(intercept + row.reduce((sum, value, k) => sum + value * coefficients[k]!, 0), 12));
});
