import { describe, expect, it } from 'vitest';
import { radialSpectrum } from '../src/spectrum.ts';

/** A wave of this frequency along x, in all channels. */
function wave(size: number, cycles: number): Float32Array {
  const tile = new Float32Array(3 * size * size);
  for (let k = 0; k < tile.length; k++) tile[k] = 0.5 + 0.3 * Math.sin((2 * Math.PI * cycles * (k % size)) / size);
  return tile;
}

describe('radialSpectrum', () => {
  it('has its peak where the wave is, every ring a number', () => {
    for (const cycles of [4, 9, 14]) {
      const { frequency, logPower } = radialSpectrum(wave(32, cycles), 32);
      const peak = frequency[logPower.indexOf(Math.max(...logPower))]!;
      expect(Math.abs(peak - cycles / 32)).toBeLessThan(0.02);
      expect(logPower.every(Number.isFinite)).toBe(true);
      expect(frequency.length).toBe(15);
    }
  });

  it('is the mean over tiles, and grows by 2 for ten times the amplitude', () => {
    const weak = wave(32, 9).map((v) => 0.5 + (v - 0.5) / 10);
    const [one, other] = [radialSpectrum(wave(32, 9), 32).logPower, radialSpectrum(weak, 32).logPower];
    const both = new Float32Array([...wave(32, 9), ...weak]);
    const mean = radialSpectrum(both, 32).logPower;
    const at = one.indexOf(Math.max(...one));
    expect(one[at]! - other[at]!).toBeCloseTo(2, 2);
    expect(mean[at]).toBeCloseTo((one[at]! + other[at]!) / 2, 6);
  });
});
