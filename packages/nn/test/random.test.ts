import { expect, it } from 'vitest';
import { kaimingUniform, normalInit, random, truncatedNormalInit, xavierUniform } from '../src/index.ts';

const many = (n: number, next: () => number): number[] => Array.from({ length: n }, next);
const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;

it('gives the same numbers on every machine', () => {
  const { uniform, normal, below } = random(42, 'weights', 3);
  expect([uniform(), uniform(), normal(), normal(), below(1000)]).toMatchInlineSnapshot(`
    [
      0.2606290578842163,
      0.787135899066925,
      -1.1566970483658887,
      1.1578084010069096,
      739,
    ]
  `);
});

it('differs by seed and by each part of the name', () => {
  const firsts = [random(0, 'a'), random(1, 'a'), random(0, 'b'), random(0, 'a', 1), random(0, 'a', 2), random(-1, 'a'), random(2 ** 40, 'a')].map((r) => r.uniform());
  expect(new Set(firsts).size).toBe(firsts.length);
});

it('is uniform and normal', () => {
  const u = many(20000, random(1).uniform);
  expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...u)).toBeLessThan(1);
  expect(mean(u)).toBeCloseTo(0.5, 2);
  const n = many(20000, random(2).normal);
  expect(Math.abs(mean(n))).toBeLessThan(0.03);
  expect(mean(n.map((v) => v * v))).toBeCloseTo(1, 1);
  expect(mean(n.map((v) => v ** 4))).toBeGreaterThan(2.7);
  expect(mean(n.map((v) => v ** 4))).toBeLessThan(3.3);
});

it('initialisers have the spread they promise', () => {
  const spread = (data: Float32Array): number => Math.sqrt(mean([...data].map((v) => v * v)));
  expect(spread(normalInit(0.02)([100, 100], random(1)))).toBeCloseTo(0.02, 3);
  expect(Math.max(...truncatedNormalInit(0.02)([100, 100], random(1)).map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.04));
  expect(spread(xavierUniform()([100, 300], random(1)))).toBeCloseTo(Math.sqrt(2 / 400), 2);
  expect(spread(kaimingUniform()([64, 16, 3, 3], random(1)))).toBeCloseTo(Math.sqrt(2 / 144), 2);
});
