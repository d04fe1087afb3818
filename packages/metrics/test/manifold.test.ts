import { manifoldQuality, type FeatureRows } from '@verilens/metrics';
import { describe, expect, it } from 'vitest';

const line = (...places: number[]): FeatureRows => ({ width: 2, data: Float32Array.from(places.flatMap((x) => [x, 0])) });

describe('manifoldQuality', () => {
  it('worked by hand: on a line, k = 1', () => {
    // radii of real 0, 1, 2, 10: 1, 1, 1, 8. Of made 0.5, 1.5, 40: 1, 1, 38.5
    expect(manifoldQuality(line(0, 1, 2, 10), line(0.5, 1.5, 40), { k: 1 })).toEqual({ precision: 2 / 3, recall: 1 });
    // made ones in one place: real looking, little covered
    expect(manifoldQuality(line(0, 1, 2, 30), line(1, 1.1, 0.9), { k: 1 })).toEqual({ precision: 1, recall: 0.25 });
  });

  it('is 1 and 1 for the same samples, 0 and 0 for far ones', () => {
    expect(manifoldQuality(line(0, 1, 2, 3, 4), line(0, 1, 2, 3, 4))).toEqual({ precision: 1, recall: 1 });
    expect(manifoldQuality(line(0, 1, 2, 3, 4), line(100, 101, 102, 103, 104))).toEqual({ precision: 0, recall: 0 });
  });

  it('refuses too few rows and other widths', () => {
    expect(() => manifoldQuality(line(0, 1), line(0, 1, 2, 3, 4))).toThrow(/compared/);
    expect(() => manifoldQuality(line(0, 1, 2, 3), { width: 3, data: new Float32Array(15) })).toThrow(/compared/);
  });
});
