import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Optimizer, Sym } from '../src/index.ts';
import { readJsonFixture } from './fixture-files.ts';

interface Fixture {
  readonly start: number[][];
  readonly scale: number[][];
  readonly rate: number;
  readonly paths: Readonly<Record<string, number[][]>>;
  readonly rates: Readonly<Record<string, number[]>>;
}
const fixture = await readJsonFixture<Fixture>('optimizers.json');
const start = fixture.start.flat();
const scale = nn.constant(Float32Array.from(fixture.scale.flat()), [2, 3]);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

/** Weights after each step on the fixture's loss, mean log cosh(scale w). */
async function path(optimizer: Optimizer, steps = 12, which: 'last' | 'average' = 'last'): Promise<number[][]> {
  const net = nn.module('net', { w: nn.param([2, 3], nn.zerosInit()) }, (p) => p.w);
  const logCosh = (x: Sym): Sym => nn.sub(nn.add(nn.softplus(nn.mul(x, -2)), x), Math.LN2);
  const step = nn.trainingStep({
    module: net,
    inputs: {},
    loss: (p) => ({ loss: nn.mean(logCosh(nn.mul(net.apply(p), scale))) }),
    optimizer,
    target: 'native',
  });
  const init = new Map([['w', { shape: [2, 3], data: Float32Array.from(start) }]]);
  await using trainer = await nn.createTrainer(step, { runtime, seed: 0, init });
  const rows: number[][] = [];
  for (let i = 0; i < steps; i++) {
    await trainer.step({}, fixture.rate);
    rows.push([...trainer.parameters(which).get('w')!.data]);
  }
  return rows;
}
const near = (got: number[][], wanted: readonly number[][], digits = 5): void =>
  wanted.forEach((row, s) => row.forEach((v, i) => expect(got[s]![i], `step ${s}, element ${i}`).toBeCloseTo(v, digits)));

describe('against PyTorch', () => {
  it.each<[string, Optimizer]>([
    ['sgd', nn.sgd({ momentum: 0.9, weightDecay: 0.1 })],
    ['nesterov', nn.sgd({ momentum: 0.9, nesterov: true })],
    ['adam', nn.adam({ beta1: 0.5, beta2: 0.9, weightDecay: 0.1 })],
    ['adamW', nn.adamW({ weightDecay: 0.1 })],
    ['rAdam', nn.rAdam({ beta2: 0.99 })],
  ])('%s', async (name, optimizer) => {
    near(await path(optimizer), fixture.paths[name]!);
  });

  it.each<[string, nn.Schedule]>([
    ['oneCycle', nn.oneCycle({ peak: 0.5, steps: 20 })],
    ['oneCycle short rise', nn.oneCycle({ peak: 2, steps: 30, rise: 0.1, start: 1000 })],
    ['milestones', nn.milestones({ initial: 1, at: [3, 5], factor: 0.1 })],
    ['polynomial', nn.polynomial({ initial: 1, steps: 6, power: 2 })],
  ])('%s schedule', (name, schedule) => {
    fixture.rates[name]!.forEach((rate, step) => expect(schedule(step), `step ${step}`).toBeCloseTo(rate, 9));
  });
});

describe('combinators', () => {
  it('averaged keeps the average beside weights that it does not change', async () => {
    const keep = 0.75;
    const plain = await path(nn.sgd());
    const make = (): Optimizer => nn.averaged(nn.sgd(), { keep });
    expect(await path(make())).toEqual(plain);
    let average = start;
    const wanted = plain.map((row, t) => {
      const k = Math.min(keep, (2 + t) / (11 + t));
      return (average = average.map((a, i) => k * a + (1 - k) * row[i]!));
    });
    near(await path(make(), 12, 'average'), wanted);
  });

  it('averages that nobody kept are refused', async () => {
    await expect(path(nn.sgd(), 1, 'average')).rejects.toThrow(/averaged\(optimizer\)/);
  });

  it('lookahead restarts the fast weights from slow ones', async () => {
    const every = 3;
    const rows = await path(nn.lookahead(nn.sgd({ momentum: 0.9 }), { every, share: 0.25 }), 6);
    // the reference in double precision
    const slope = (w: number, s: number): number => (s * Math.tanh(s * w)) / 6;
    let fast = [...start];
    let slow = [...start];
    let u = start.map(() => 0);
    const wanted = Array.from({ length: 6 }, (_, t) => {
      u = u.map((v, i) => 0.9 * v + slope(fast[i]!, fixture.scale.flat()[i]!));
      fast = fast.map((w, i) => w - fixture.rate * u[i]!);
      if ((t + 1) % every === 0) fast = slow = slow.map((w, i) => w + 0.25 * (fast[i]! - w));
      return [...fast];
    });
    near(rows, wanted);
  });

  it('accumulated moves once in a while, by the mean gradient', async () => {
    const rows = await path(nn.accumulated(nn.adamW(), 3), 9);
    const plain = await path(nn.adamW(), 3);
    expect(rows[0]).toEqual(start.map(Math.fround));
    expect(rows[3]).toEqual(rows[2]);
    // the gradient is the same in each of the three, so the mean is one of them
    near([rows[2]!, rows[5]!, rows[8]!], plain);
  });

  it.each([
    [() => nn.averaged(nn.sgd(), { keep: 1 }), /keep out of range/],
    [() => nn.lookahead(nn.sgd(), { every: 0 }), /whole number from 1, got 0/],
    [() => nn.accumulated(nn.sgd(), 1.5), /whole number from 1, got 1.5/],
    [() => nn.oneCycle({ peak: 1, steps: 3 }), /rise 0.3, steps 3/],
  ])('refuse what cannot be: %#', (build, message) => {
    expect(build).toThrow(message);
  });
});

it('schedules combine', () => {
  const warm = nn.warmedUp(nn.constantRate(1), { steps: 3, from: 0.2 });
  expect([0, 1, 2, 3, 4].map(warm).map((v) => Number(v.toFixed(6)))).toEqual([0.4, 0.6, 0.8, 1, 1]);
  const turns = nn.inTurn({ schedule: nn.constantRate(5), steps: 2 }, { schedule: (step) => step });
  expect([0, 1, 2, 3, 9].map(turns)).toEqual([5, 5, 0, 1, 7]);
  expect([0, 3, 4, 9].map(nn.perEpoch((epoch) => epoch, 4))).toEqual([0, 0, 1, 2]);
  const root = nn.inverseSquareRoot({ peak: 1, warmup: 4 });
  expect([0, 3, 15].map(root)).toEqual([0.25, 1, 0.5]);
});
