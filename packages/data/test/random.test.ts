import { VerilensError } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { exactCos, exactExp, exactLog, exactSin, normalQuantile } from '../src/exact-math.ts';
import { createRandom, restoreRandom } from '../src/random.ts';

describe('createRandom', () => {
  it('gives the numbers it has always given', () => {
    const random = createRandom(0);
    expect([random.bits(), random.bits(), random.bits()]).toEqual([95113368, -1397510029, 1276796422]);
    expect(createRandom('a').normal()).toBe(1.0020180580793143);
  });

  it('repeats for a seed and differs between seeds and forks', () => {
    const draw = (random: ReturnType<typeof createRandom>): string => Array.from({ length: 4 }, () => random.bits()).join();
    const streams = [
      createRandom(0),
      createRandom(1),
      createRandom(-1),
      createRandom('0'),
      createRandom(0).fork(0),
      createRandom(0).fork('0'),
      createRandom(0).fork(1),
      createRandom(0).fork(0).fork(0),
    ];
    expect(new Set(streams.map(draw)).size).toBe(streams.length);
    expect(draw(createRandom(7))).toBe(draw(createRandom(7)));
  });

  it('forks by name, whatever was drawn before', () => {
    const parent = createRandom(3);
    const before = parent.fork('noise').bits();
    for (let i = 0; i < 10; i++) parent.uniform();
    expect(parent.fork('noise').bits()).toBe(before);
  });

  it('has the laws it promises', () => {
    const random = createRandom(5);
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    let fourth = 0;
    let uniform = 0;
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
      fourth += x ** 4;
      uniform += random.uniform(2, 4);
      counts[random.integer(0, 7)]!++;
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.015);
    expect(squares / n).toBeCloseTo(1, 1);
    expect(Math.abs(fourth / n - 3)).toBeLessThan(0.15);
    expect(Math.abs(uniform / n - 3)).toBeLessThan(0.01);
    for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(500);
  });

  it('has uncorrelated neighbouring seeds', () => {
    let product = 0;
    for (let seed = 0; seed < 4000; seed++) product += (createRandom(seed).uniform() - 0.5) * (createRandom(seed + 1).uniform() - 0.5);
    expect(Math.abs(product / 4000) * 12).toBeLessThan(0.06);
  });

  it('shuffles a copy and keeps every element', () => {
    const list = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = createRandom(1).shuffle(list);
    expect(shuffled).not.toEqual(list);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(list);
    expect(list[0]).toBe(0);
  });

  it('goes on from a saved state', () => {
    const random = createRandom(9);
    random.normal();
    const saved = JSON.parse(JSON.stringify(random.state()));
    const expected = [random.bits(), random.fork('x').bits()];
    const restored = restoreRandom(saved);
    expect([restored.bits(), restored.fork('x').bits()]).toEqual(expected);
  });

  it('refuses what it cannot use', () => {
    expect(() => createRandom(0.5)).toThrow(VerilensError);
    expect(() => createRandom(0).choice([])).toThrow(VerilensError);
    expect(() => createRandom(0).integer(3, 3)).toThrow(VerilensError);
  });
});

describe('exact-math', () => {
  it('agrees with the engine to its stated error', () => {
    for (let i = -4000; i <= 4000; i++) {
      const x = i / 7.3;
      expect(Math.abs(exactSin(x) - Math.sin(x))).toBeLessThan(1e-9);
      expect(Math.abs(exactCos(x) - Math.cos(x))).toBeLessThan(1e-9);
      const e = exactExp(x / 20);
      expect(Math.abs(e / Math.exp(x / 20) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(exactLog(e) - x / 20)).toBeLessThan(1e-12 * Math.max(1, Math.abs(x)));
    }
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 7);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 7);
    expect(normalQuantile(0.5)).toBe(0);
  });
});
