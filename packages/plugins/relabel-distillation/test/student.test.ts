import { expect, it } from 'vitest';
import { fitStudent, sigmoid } from '../src/student.ts';

const dice = (seed: number) => {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
};

/** Neighbours whose label a known plane decides. */
function sample(count: number, width: number, seed: number) {
  const next = dice(seed);
  const plane = Array.from({ length: width }, (_, k) => (k === 0 ? 4 : k === 1 ? -3 : 0));
  const rows = Array.from({ length: count }, () => Float32Array.from({ length: width }, () => next()));
  const logits = rows.map((row) => row.reduce((sum, value, k) => sum + value * plane[k]!, 0.3));
  return { rows, logits, kept: logits.map((logit) => Number(logit > 0)), weights: rows.map(() => 0.5 + next() / 2) };
}

it.each([
  ['hard', 0],
  ['soft', 1],
  ['both', 0.5],
])('%s targets: the least value of the loss, where no step in any direction helps', (_, soft) => {
  const data = sample(60, 8, 11);
  const options = { soft, temperature: 2, penalty: 1e-2 };
  const student = fitStudent(data, options);
  const scale = Math.sqrt(data.rows.reduce((sum, row) => sum + row.reduce((s, v) => s + v * v, 0), 0) / data.rows.length);
  const total = data.weights.reduce((sum, weight) => sum + weight, 0);
  const loss = (w: Float64Array, b: number): number => {
    let sum = (options.penalty / 2) * w.reduce((s, v) => s + (v * scale) ** 2, 0);
    data.rows.forEach((row, i) => {
      const u = row.reduce((s, v, k) => s + v * w[k]!, b);
      const ce = (logit: number, p: number): number => -p * Math.log(sigmoid(logit)) - (1 - p) * Math.log(1 - sigmoid(logit));
      const softened = sigmoid(data.logits[i]! / 2);
      sum += (data.weights[i]! / total) * (soft * 4 * ce(u / 2, softened) + (1 - soft) * ce(u, data.kept[i]!));
    });
    return sum;
  };
  const b = student.logit(new Float32Array(8));
  const least = loss(student.coefficients, b);
  for (let k = 0; k < 8; k++) {
    for (const step of [-1e-3, 1e-3]) {
      const moved = student.coefficients.slice();
      moved[k]! += step;
      expect(loss(moved, b)).toBeGreaterThan(least);
      expect(loss(student.coefficients, b + step)).toBeGreaterThan(least);
    }
  }
});

it('finds the plane, with more columns than rows too, and generalises', () => {
  for (const [count, width] of [
    [200, 12],
    [80, 150],
  ] as const) {
    const data = sample(count, width, 5);
    const student = fitStudent(data, { soft: 0.5, temperature: 2, penalty: 1e-3 });
    const order = [...student.coefficients.keys()].sort((a, b) => Math.abs(student.coefficients[b]!) - Math.abs(student.coefficients[a]!));
    expect(new Set(order.slice(0, 2))).toEqual(new Set([0, 1]));
    expect(student.coefficients[0]!).toBeGreaterThan(0);
    expect(student.coefficients[1]!).toBeLessThan(0);
    const other = sample(100, width, 99);
    const right = other.rows.filter((row, i) => Number(student.logit(row) > 0) === other.kept[i]).length;
    expect(right).toBeGreaterThan(width < count ? 90 : 65);
  }
});

it('stays finite when all neighbours have one label, and when nothing changes', () => {
  const { rows, weights } = sample(30, 4, 3);
  const same = { rows, weights, kept: rows.map(() => 1), logits: rows.map(() => 14) };
  expect(fitStudent(same, { soft: 0.5, temperature: 2, penalty: 1e-3 }).coefficients.every(Number.isFinite)).toBe(true);
  const still = rows.map((row) => new Float32Array(row.length));
  const none = fitStudent({ ...sample(30, 4, 3), rows: still }, { soft: 0.5, temperature: 2, penalty: 1e-3 });
  expect([...none.coefficients]).toEqual([0, 0, 0, 0]);
});
