import { describe, expect, it } from 'vitest';
import { curveBench } from '../curve/curve-bench.ts';
import { digits } from '../curve/digits.ts';
import { findTorch } from '../peers/pytorch.ts';

const torch = await findTorch();

describe('curve', () => {
  it('has real digits, apart for training and testing', () => {
    const { train, test } = digits();
    expect(train.y.length + test.y.length).toBeGreaterThan(9000);
    expect(test.x.length).toBe(test.y.length * 784);
    expect(new Set(test.y).size).toBe(10);
    expect(Math.max(...train.x.subarray(0, 784))).toBeLessThanOrEqual(1);
  });

  it.skipIf(torch === undefined)("a ResNet-8's losses are PyTorch's (skipped without python3-torch)", async () => {
    const { rows } = await curveBench({ steps: 6, trainingSteps: 0, seeds: [0], threads: 1, say: () => undefined });
    expect(rows[0]!['largest relative difference, steps 1-6']).toBeLessThan(1e-4);
  });
});
