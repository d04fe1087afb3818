import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const matrix = (n: number): Sym => nn.input('x', { shape: [n, n], dtype: 'float32' });

/** Symmetric with the given condition number: eigenvalues from 1 down, in a random basis. */
function withCondition(n: number, condition: number): Float32Array {
  const { normal } = nn.random(5, `basis ${n}`);
  const basis: number[][] = [];
  for (let k = 0; k < n; k++) {
    let v = Array.from({ length: n }, () => normal());
    for (const other of [...basis, ...basis]) {
      const along = v.reduce((total, e, i) => total + e * other[i]!, 0);
      v = v.map((e, i) => e - along * other[i]!);
    }
    const length = Math.hypot(...v);
    basis.push(v.map((e) => e / length));
  }
  return Float32Array.from({ length: n * n }, (_, at) =>
    basis.reduce((total, v, k) => total + v[Math.floor(at / n)]! * v[at % n]! * condition ** -(k / Math.max(n - 1, 1)), 0),
  );
}

async function largestError(n: number, data: Float32Array, build: (x: Sym) => Sym): Promise<number> {
  const x = matrix(n);
  const y = nn.max(nn.abs(nn.sub(build(x), nn.identity(n))));
  await using session = await runtime.load(nn.writeGraph({ inputs: { x }, outputs: { y }, target: 'native' }));
  const { y: worst } = await session.run({ x: new Tensor('float32', data, [n, n]) });
  return (worst!.data as Float32Array)[0]!;
}

describe('the limits that are stated', () => {
  it.each([
    [32, 1, 10, 1e-5],
    [32, 10, 10, 1e-4],
    [32, 100, 20, 1e-4],
    [64, 1000, 20, 2e-3],
    // more steps than needed do no harm
    [8, 100, 60, 1e-4],
  ])('whiteningMatrix of %i channels, condition number %i, %i iterations', async (n, condition, iterations, bound) => {
    const white = (s: Sym): Sym => {
      const w = nn.whiteningMatrix(s, { iterations });
      return nn.matmul(nn.matmul(w, s), w);
    };
    expect(await largestError(n, withCondition(n, condition), white)).toBeLessThan(bound);
  });

  it.each([
    [32, 100, 20, 1e-3],
    [64, 1000, 28, 1e-2],
  ])('inverseByIteration of %i, condition number %i, %i iterations', async (n, condition, iterations, bound) => {
    expect(await largestError(n, withCondition(n, condition), (a) => nn.matmul(nn.inverseByIteration(a, { iterations }), a))).toBeLessThan(
      bound,
    );
  });

  it.each([
    [8, 1000, 1e-3],
    [24, 1000, 1e-3],
  ])('inverse by elimination of %i, condition number %i', async (n, condition, bound) => {
    expect(await largestError(n, withCondition(n, condition), (a) => nn.matmul(nn.inverse(a), a))).toBeLessThan(bound);
  });
});

it.each([8, 40])('a matrix of %i stays orthogonal over 300 Cayley steps', async (n) => {
  const q = matrix(n);
  const g = nn.input('g', { shape: [n, n], dtype: 'float32' });
  await using session = await runtime.load(
    nn.writeGraph({ inputs: { x: q, g }, outputs: { y: nn.cayleyStep(q, g, 0.3) }, target: 'native' }),
  );
  const { normal } = nn.random(1, 'slopes');
  let now = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let step = 0; step < 300; step++) {
    const slope = Float32Array.from({ length: n * n }, () => normal());
    const { y } = await session.run({ x: new Tensor('float32', now, [n, n]), g: new Tensor('float32', slope, [n, n]) });
    now = Float32Array.from(y!.data as Float32Array);
  }
  expect(await largestError(n, now, (x) => nn.matmul(x, x, { transB: true }))).toBeLessThan(1e-5);
  expect(Math.abs(now[0]!)).toBeLessThan(0.99);
});

describe('refused while the graph is built', () => {
  const x = (...shape: number[]): Sym => nn.input('x', { shape, dtype: 'float32' });
  it.each<[string, () => unknown, string, RegExp]>([
    ['solve of a wide matrix', () => nn.solve(x(2, 3), x(2, 1)), 'BAD_SHAPE', /square matrix.*got float32\[2, 3\]/],
    ['solve with another right side', () => nn.solve(x(3, 3), x(3)), 'BAD_SHAPE', /\[3, m\], got float32\[3\]/],
    ['solve of many unknowns', () => nn.solve(x(65, 65), x(65, 1)), 'TOO_LARGE', /at most 64 unknowns, got 65.*inverseByIteration/],
    ['covariance of one sample', () => nn.covariance(x(3, 1), { correction: 1 }), 'BAD_SHAPE', /more than 1 samples/],
    ['cayleyStep', () => nn.cayleyStep(x(3, 3), x(3, 2), 1), 'BAD_SHAPE', /a gradient like float32\[3, 3\]/],
    ['powerIteration', () => nn.powerIteration(x(2, 3), x(2, 1)), 'BAD_SHAPE', /a start \[3, 1\]/],
    [
      'an operator that changes the shape',
      () => nn.conjugateGradient((v) => nn.sum(v, 1), x(3, 2), { iterations: 2 }),
      'BAD_SHAPE',
      /b-shaped/,
    ],
    ['no iterations', () => nn.conjugateGradient((v) => v, x(3), { iterations: 0 }), 'BAD_OPTION', /iterations >= 1/],
  ])('%s', (_, wrong, code, message) => {
    expect(wrong).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
