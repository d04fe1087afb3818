import type { Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const body = nn.linear(2, 3);
const head = nn.linear(3, 1);
const net = nn.module('net', { body, head }, (p, x: Sym) => head.apply(p.head, nn.tanh(body.apply(p.body, x))));
const batch = { x: Float32Array.of(1, -1, 0.5, 2, -1, 0.3, 2, 1), y: Float32Array.of(1, 0, 2, -1) };

function step(options: Partial<nn.StepOptions<typeof net.params, typeof inputs>> = {}): nn.TrainingStep {
  return nn.trainingStep({
    module: net,
    inputs,
    loss: (p, { x, y }) => ({ loss: nn.mse(net.apply(p, x), y) }),
    optimizer: nn.sgd(),
    target: 'native',
    ...options,
  });
}
const inputs = { x: nn.float32([4, 2]), y: nn.float32([4, 1]) };

/** Parameters before and after some steps. */
async function train(made: nn.TrainingStep, steps = 3, rate = 0.1): Promise<{ before: nn.Parameters; after: nn.Parameters }> {
  await using trainer = await nn.createTrainer(made, { runtime, seed: 1 });
  const before = trainer.parameters();
  for (let i = 0; i < steps; i++) await trainer.step(batch, rate);
  return { before, after: trainer.parameters() };
}
const moved = (run: { before: nn.Parameters; after: nn.Parameters }, name: string): Float32Array =>
  run.after.get(name)!.data.map((v, i) => v - run.before.get(name)!.data[i]!);

describe('frozen parameters', () => {
  it('stay bit for bit while the rest learns, and take no part in the gradient norm', async () => {
    const run = await train(step({ frozen: (name) => name.startsWith('body.'), optimizer: nn.adamW({ weightDecay: 0.5 }) }), 20);
    for (const name of ['body.weight', 'body.bias']) expect(run.after.get(name)!.data).toEqual(run.before.get(name)!.data);
    expect(Math.abs(moved(run, 'head.weight')[0]!)).toBeGreaterThan(1e-3);
  });

  it('are in a checkpoint, so that it is whole', async () => {
    const made = step({ frozen: (name) => name.startsWith('body.') });
    await using first = await nn.createTrainer(made, { runtime, seed: 1 });
    await first.step(batch, 0.1);
    const other = new Map([['body.weight', { shape: [2, 3], data: new Float32Array(6) }]]);
    await using second = await nn.createTrainer(made, { runtime, seed: 1, init: other });
    second.load(first.save());
    expect(second.parameters().get('body.weight')!.data).toEqual(first.parameters().get('body.weight')!.data);
  });

  it('cannot be all there is', () => {
    expect(() => step({ frozen: () => true })).toThrow(/nothing is left to train.*body\.weight/);
  });
});

describe('parameter groups', () => {
  it('learn at their own rate and by their own optimiser', async () => {
    const plain = await train(step(), 1);
    const grouped = await train(step({ groups: [{ match: (name) => name.startsWith('head.'), rate: 10 }] }), 1);
    moved(grouped, 'head.weight').forEach((v, i) => expect(v).toBeCloseTo(10 * moved(plain, 'head.weight')[i]!, 4));
    expect(moved(grouped, 'body.weight')).toEqual(moved(plain, 'body.weight'));
    const mixed = step({ groups: [{ match: (name) => name === 'head.weight', optimizer: nn.adamW() }] });
    expect(mixed.optimizer).toBe('sgd+adamW');
    expect(new Set(mixed.state.map(({ slot }) => slot))).toEqual(new Set(['param', 'm', 'v']));
    // the first step of Adam has the length of the learning rate in every element
    (await train(mixed, 1)).after
      .get('head.weight')!
      .data.forEach((v, i) => expect(Math.abs(v - plain.before.get('head.weight')!.data[i]! * (1 - 0.1 * 0.01))).toBeCloseTo(0.1, 3));
  });

  it('that match nothing are refused', () => {
    expect(() => step({ groups: [{ match: (name) => name.startsWith('heads.'), rate: 10 }] })).toThrow(
      /group 0 matches no parameter.*head\.weight/,
    );
  });
});

it('clipValue bounds every element of the gradient', async () => {
  const run = await train(step({ clipValue: 0.01 }), 1, 1);
  for (const name of run.before.keys()) for (const v of moved(run, name)) expect(Math.abs(v)).toBeLessThanOrEqual(0.0101);
});

describe('sam', () => {
  it('uses the gradient at the perturbed weights, for the same random draws', async () => {
    const rho = 0.3;
    const loss: nn.StepOptions<typeof net.params, typeof inputs>['loss'] = (p, { x, y }, draw) => ({
      loss: nn.mse(net.apply(p, nn.mul(x, draw.bernoulli([4, 2], 0.8))), y),
    });
    const plain = await train(step({ loss }), 1, 1);
    const gradient = new Map([...plain.before.keys()].map((name) => [name, moved(plain, name).map((v) => -v)]));
    const norm = Math.sqrt([...gradient.values()].flatMap((g) => [...g]).reduce((sum, v) => sum + v * v, 0));
    const there = new Map(
      [...plain.before].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((v, i) => v + (rho * gradient.get(name)![i]!) / norm) },
      ]),
    );
    await using at = await nn.createTrainer(step({ loss }), { runtime, seed: 1, init: there });
    await at.step(batch, 1);
    const sharp = await train(step({ loss, gradient: nn.sam({ rho }) }), 1, 1);
    for (const [name, { data }] of at.parameters())
      moved(sharp, name).forEach((v, i) => expect(v).toBeCloseTo(data[i]! - there.get(name)!.data[i]!, 5));
  });

  it('hands both gradients to a rule of one`s own', async () => {
    const made = step({
      gradient: nn.sam({
        rho: 0.1,
        combine: ({ plain, sharp }) => {
          const cosine = nn.gradientCosine(plain, sharp);
          const agree = nn.greater(cosine, 0.5);
          return { gradients: sharp.map((g, i) => nn.where(agree, g, plain[i]!)), metrics: { cosine } };
        },
      }),
    });
    await using trainer = await nn.createTrainer(made, { runtime, seed: 1 });
    const { loss, metrics } = await trainer.step(batch, 0.1);
    expect(metrics['cosine']).toBeGreaterThan(0.9);
    expect(metrics['cosine']).toBeLessThanOrEqual(1.0001);
    expect(metrics['sharpLoss']).toBeGreaterThan(loss);
  });
});

describe('steps that share parameters', () => {
  const generator = nn.linear(2, 2);
  const discriminator = nn.linear(2, 1);
  const gan = nn.module('gan', { generator, discriminator }, (p) => p);
  const only = (part: string) => (name: string) => !name.startsWith(`${part}.`);
  const steps = nn.trainingSteps({
    module: gan,
    target: 'native',
    steps: {
      discriminator: {
        inputs: { real: nn.float32([4, 2]) },
        loss: (p, { real }, draw) => {
          const fake = generator.apply(p.generator, draw.normal([4, 2]));
          const score = (x: Sym): Sym => discriminator.apply(p.discriminator, x);
          return { loss: nn.add(nn.mean(nn.softplus(nn.neg(score(real)))), nn.mean(nn.softplus(score(fake)))) };
        },
        optimizer: nn.sgd({ momentum: 0.5 }),
        frozen: only('discriminator'),
      },
      generator: {
        inputs: {},
        loss: (p, _, draw) => {
          const fake = generator.apply(p.generator, draw.normal([4, 2]));
          return { loss: nn.mean(nn.softplus(nn.neg(discriminator.apply(p.discriminator, fake)))) };
        },
        optimizer: nn.adamW(),
        frozen: only('generator'),
      },
    },
  });
  const real = Float32Array.of(3, 3, 3, 2, 2, 3, 4, 3);

  it('each moves its own part, seen by the other', async () => {
    await using trainers = await nn.createTrainers(steps, { runtime, seed: 1 });
    const start = trainers.parameters();
    await trainers.step('discriminator', { real }, 0.1);
    const between = trainers.parameters();
    expect(between.get('generator.weight')!.data).toEqual(start.get('generator.weight')!.data);
    expect(between.get('discriminator.weight')!.data).not.toEqual(start.get('discriminator.weight')!.data);
    await trainers.step('generator', {}, 0.1);
    expect(trainers.parameters().get('discriminator.weight')!.data).toEqual(between.get('discriminator.weight')!.data);
    expect(trainers.parameters().get('generator.weight')!.data).not.toEqual(between.get('generator.weight')!.data);
    expect(trainers.done).toEqual({ discriminator: 1, generator: 1 });
  });

  it('are known by name', async () => {
    await using trainers = await nn.createTrainers(steps, { runtime, seed: 1 });
    await expect(trainers.step('generater' as 'generator', {}, 0.1)).rejects.toThrow(/no step "generater".*Did you mean "generator"/s);
  });

  it('written by different calls are refused', async () => {
    const alone = nn.trainingStep({
      module: nn.module('other', { a: nn.linear(2, 1), b: nn.linear(80, 80) }, (p) => p),
      inputs: {},
      loss: (p) => ({ loss: nn.mean(p.a.weight) }),
      optimizer: nn.sgd(),
      target: 'native',
    });
    const made = nn.createTrainers({ ...steps, alone }, { runtime, seed: 1 });
    await expect(made).rejects.toThrow(/keeps its parameters in other tensors.*one call of trainingSteps/);
  });

  it('are resumed bit for bit', async () => {
    const round = async (trainers: nn.Trainers<'discriminator' | 'generator'>): Promise<void> => {
      for (let i = 0; i < 2; i++) await trainers.step('discriminator', { real }, 0.1);
      await trainers.step('generator', {}, 0.1);
    };
    await using whole = await nn.createTrainers(steps, { runtime, seed: 2 });
    await round(whole);
    const half = whole.save();
    await round(whole);
    await using again = await nn.createTrainers(steps, { runtime, seed: 2 });
    again.load(half);
    expect(again.done).toEqual({ discriminator: 2, generator: 1 });
    await round(again);
    expect(Buffer.compare(again.save(), whole.save())).toBe(0);
  });
});
