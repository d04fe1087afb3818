import { describe, expect, it } from 'vitest';
import { videoVerdict } from '../src/evidence-videos.ts';

describe('videoVerdict', () => {
  const network = (score: number): Record<string, number> => ({ manipulatedAt: 0.6, authenticBelow: 0.3, 'a.mp4: swap': score });

  it('is that of the stronger network, each at its own thresholds', () => {
    const verdict = (...scores: number[]): string => videoVerdict(scores.map(network), 'a.mp4: swap');
    expect(verdict(0.1, 0.2)).toBe('AUTHENTIC');
    expect(verdict(0.1, 0.4)).toBe('INCONCLUSIVE');
    expect(verdict(0.7, 0.1)).toBe('MANIPULATED');
    expect(videoVerdict([network(0.5), { ...network(0.5), manipulatedAt: 0.45 }], 'a.mp4: swap')).toBe('MANIPULATED');
  });
});
