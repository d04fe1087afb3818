import { describe, expect, it } from 'vitest';
import { createFft2 } from '@verilens/vision';
import { frequencyWeight, powerGap, weightsOf } from '../src/weight.ts';
import { referenceFilter } from '../src/reference-filter.ts';

describe('frequencyWeight', () => {
  it.each([
    [0.1, 0.141],
    [0.2, 0.2616],
    [0.3, 0.2994],
    [0.4, 0.3159],
    [0.5, 0.3237],
    [0.6, 0.3267],
    [0.707, 0.3267],
    [0.8, 0.3248],
    [1, 0.3165],
    [1.414, 0.287],
  ])('w(%d) = %d', (f, w) => {
    expect(Math.abs(frequencyWeight(f, 0.0635) - w)).toBeLessThan(5e-5);
  });

  it('is 0 up to tau and positive above it', () => {
    expect(frequencyWeight(0.1, 0.1)).toBe(0);
    expect(frequencyWeight(0, 0.1)).toBe(0);
    expect(frequencyWeight(0.1000001, 0.1)).toBeCloseTo(0.141, 4);
    expect(powerGap(0.0635)).toBeCloseTo(0, 4);
    for (let f = 0.0636; f < 1.42; f += 0.001) expect(frequencyWeight(f, 0.0635)).toBeGreaterThan(0);
  });

  it('reads frequencies in the unit asked for, and knows what it is compared with', () => {
    const at = (config: Partial<Parameters<typeof weightsOf>[0]>): number[] => [
      ...weightsOf({ view: 'f2c', unit: 'cycles', tau: 0.1, ...config }, [0, 0.05, 0.25, 0.4]),
    ];
    expect(at({ unit: 'nyquist' })).toEqual([0, 0, frequencyWeight(0.5, 0.1), frequencyWeight(0.8, 0.1)]);
    expect(at({ view: 'high-pass' })).toEqual([0, 0, 1, 1]);
    expect(at({ view: 'top-band' })).toEqual([0, 0, 0, 1]);
    expect(at({ view: 'pixels' })).toEqual([1, 1, 1, 1]);
  });
});

describe('referenceFilter', () => {
  it('multiplies a wave by the weight of its frequency', () => {
    const size = 32;
    const wave = Float64Array.from({ length: size * size }, (_, k) =>
      Math.cos((2 * Math.PI * (6 * (k % size) + 3 * Math.floor(k / size))) / size),
    );
    const filtered = referenceFilter({ view: 'f2c', unit: 'cycles', tau: 0.1 }, size)(wave);
    const weight = frequencyWeight(Math.hypot(6, 3) / size, 0.1);
    for (let k = 0; k < size * size; k++) expect(filtered[k]).toBeCloseTo(weight * wave[k]!, 10);
    expect(createFft2(size).columns).toBe(17);
  });
});
