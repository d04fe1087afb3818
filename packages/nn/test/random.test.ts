import { expect, it } from 'vitest';
import { kaimingUniform, normalInit, random, truncatedNormalInit, xavierUniform } from '../src/index.ts';

const many = (n: number, next: () => number): number[] => Array.from({ length: n }, next);
const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;

it('gives the same numbers on every machine', () => {
  const { uniform, normal, below } = random(42, 'weights', 3);
  expect([uniform(), uniform(), normal(), normal(), below(1000)]).toMatchInlineSnapshot(`
    [
      0.26497000455856323,
      0.005323529243469238,
      0.6333825966189325,
      1.3946834840908477,
      718,
    ]
  `);
});

it('differs by seed and by each part of the name', () => {
  const firsts = [
    random(0, 'a'),
    random(1, 'a'),
    random(0, 'b'),
    random(0, 'a', 1),
    random(0, 'a', 2),
    random(-1, 'a'),
    random(2 ** 40, 'a'),
  ].map((r) => r.uniform());
  expect(new Set(firsts).size).toBe(firsts.length);
});

it('has no two equal streams among many steps', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    for (let step = 0; step < 200; step++) {
      const { below } = random(seed, 'draw', step, 'draw.0');
      seen.add(`${below(2 ** 24)},${below(2 ** 24)}`);
    }
  }
  expect(seen.size).toBe(20000);
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
