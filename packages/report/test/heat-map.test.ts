import { expect, it } from 'vitest';
import { heatMapImage, heatOverlayImage, zoneShares } from '../src/index.ts';
import { evidenceMap } from './fixtures.ts';

it('is bright where the evidence is and grey where there is none', () => {
  const map = evidenceMap([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const image = heatMapImage(map, 4);
  expect([image.width, image.height]).toEqual([32, 32]);
  const colourfulness = (x: number, y: number): number => {
    const [r, g, b] = image.data.subarray((y * 32 + x) * 4, (y * 32 + x) * 4 + 3);
    return Math.max(r!, g!, b!) - Math.min(r!, g!, b!);
  };
  expect(colourfulness(2, 2)).toBeGreaterThan(20);
  expect(colourfulness(28, 28)).toBeLessThan(2);
});

it('lays the evidence over the source, and nothing where there is none', () => {
  const { data, width, height } = heatOverlayImage(evidenceMap([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, Number.NaN, 0, 0]), 4);
  expect([width, height]).toEqual([32, 32]);
  const alpha = (x: number, y: number): number => data[(y * width + x) * 4 + 3]!;
  expect(alpha(2, 2)).toBe(210);
  expect([alpha(28, 28), alpha(2, 28), alpha(12, 28)]).toEqual([0, 0, 0]);
});

it('takes negative, empty and broken values as no evidence', () => {
  const image = heatMapImage(evidenceMap([-1, Number.NaN, -0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Number.POSITIVE_INFINITY]), 1);
  for (let i = 0; i < image.data.length; i += 4) expect(image.data[i]).toBe(image.data[i + 2]);
  expect(zoneShares([evidenceMap([-1, Number.NaN, 0, 0])])).toEqual([]);
});

it('names the part of the face, shares adding up to one', () => {
  const mouth = evidenceMap(
    Array.from({ length: 64 }, (_, i) => (Math.floor(i / 8) === 5 && (i % 8 === 3 || i % 8 === 4) ? 0.5 : 0)),
    8,
  );
  const shares = zoneShares([mouth]);
  expect(shares[0]!.zone).toBe('mouth');
  expect(shares[0]!.share).toBeCloseTo(1);
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});
