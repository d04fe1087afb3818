import { describe, expect, it } from 'vitest';
import { measuresOverSeeds, pairedFinding, showSpread } from '../src/index.ts';

describe('over seeds', () => {
  it('gives mean, spread and values of each measure', () => {
    const { accuracy, loss } = measuresOverSeeds([
      { accuracy: 0.5, loss: 2 },
      { accuracy: 0.7, loss: 2 },
    ]);
    expect(accuracy!.mean).toBeCloseTo(0.6);
    expect(accuracy!.sd).toBeCloseTo(Math.sqrt(0.02));
    expect(accuracy!.values).toEqual([0.5, 0.7]);
    expect(loss).toEqual({ mean: 2, sd: 0, values: [2, 2] });
    expect(measuresOverSeeds([{ one: 3 }])['one']).toEqual({ mean: 3, sd: 0, values: [3] });
  });

  it('answers by where the interval of the difference lies', () => {
    const better = [0.9, 0.91, 0.92];
    const worse = [0.8, 0.81, 0.82];
    expect(pairedFinding('above', better, worse).answer).toBe('yes');
    expect(pairedFinding('above by 0.05', better, worse, 0.05).answer).toBe('yes');
    expect(pairedFinding('above by 0.2', better, worse, 0.2).answer).toBe('no');
    expect(pairedFinding('above', worse, better).answer).toBe('no');
    expect(pairedFinding('above', [0.9, 0.7, 0.8], [0.8, 0.8, 0.8]).answer).toBe('not separable');
    expect(pairedFinding('above', better, worse).because).toBe(
      '0.910 ± 0.010 against 0.810 ± 0.010, difference 0.100 [0.100, 0.100] over 3 seeds',
    );
  });

  it('separates nothing by one seed', () => {
    const { answer, because } = pairedFinding('above', [0.9], [0.1]);
    expect(answer).toBe('not separable');
    expect(because).toBe('0.900 against 0.100; one seed has no spread');
    expect(showSpread([0.12345], 4)).toBe('0.1235');
  });
});
