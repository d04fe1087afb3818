import { describe, expect, it } from 'vitest';
import { calibrate } from '../src/calibrate.ts';

const options = { data: 'made for this test', falseAlarmRate: 0.05, inconclusiveFrom: 0.1 };
const around = (mean: number): number[] => Array.from({ length: 40 }, (_, i) => mean + (i % 5) - 2);

describe('calibrate', () => {
  it('leaves room for one more person: the further apart the known ones, the further out the thresholds', () => {
    const forged = around(6);
    const alike = calibrate(
      {
        real: new Map([
          ['a', around(-1)],
          ['b', around(-1.2)],
          ['c', around(-0.8)],
        ]),
        forged,
      },
      options,
    );
    const unlike = calibrate(
      {
        real: new Map([
          ['a', around(-3)],
          ['b', around(-1)],
          ['c', around(1)],
        ]),
        forged,
      },
      options,
    );
    const more = calibrate({ real: new Map(Array.from({ length: 30 }, (_, i) => [String(i), around(-3 + (i % 3) * 2)])), forged }, options);
    expect(alike.manipulatedAt).toBe(0.5);
    expect(unlike.manipulatedAt).toBeGreaterThan(0.8);
    expect(more.manipulatedAt).toBeLessThan(unlike.manipulatedAt);
    for (const { authenticBelow, manipulatedAt } of [alike, unlike, more]) expect(authenticBelow).toBeLessThanOrEqual(manipulatedAt);
  });

  it('gives a score of one half where real and forged are equally likely', () => {
    const { scale, offset } = calibrate(
      {
        real: new Map([
          ['a', around(-2)],
          ['b', around(-2)],
        ]),
        forged: around(2),
      },
      options,
    );
    expect(Math.abs(offset)).toBeLessThan(0.1);
    expect(scale).toBeGreaterThan(0);
  });

  it('refuses to guess from one person', () => {
    expect(() => calibrate({ real: new Map([['a', around(0)]]), forged: around(5) }, options)).toThrow(/two people or more.*got 1/);
  });
});
