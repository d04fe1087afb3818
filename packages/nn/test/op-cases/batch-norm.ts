import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

const EPSILON = 0.01;
const others = (x: Ref): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);
const broad = (t: Ref, x: Ref): Ref => ({ shape: x.shape.map((n, i) => (i === 1 ? n : 1)), data: t.data });

function moments(x: Ref): { mean: Ref; variance: Ref } {
  const mean = ref.reduce(x, others(x), false, ref.average);
  const centred = ref.map2(x, broad(mean, x), (v, m) => v - m);
  return { mean, variance: ref.reduce(centred, others(x), false, (values) => ref.average(values.map((v) => v * v))) };
}

function normalised(x: Ref, gamma: Ref, beta: Ref, mean: Ref, variance: Ref): Ref {
  const scale = ref.map2(gamma, variance, (g, v) => g / Math.sqrt(v + EPSILON));
  const scaled = ref.map2(
    ref.map2(x, broad(mean, x), (v, m) => v - m),
    broad(scale, x),
    (v, s) => v * s,
  );
  return ref.map2(scaled, broad(beta, x), (v, b) => v + b);
}

const training = (name: string, shape: readonly number[], variance: 'fast' | 'safe'): OpCase => ({
  name: `batchNorm, ${name}, ${variance}`,
  covers: ['batchNorm'],
  inputs: [shape, [shape[1]!], [shape[1]!]],
  build: (x, g, b) => nn.batchNorm(x!, g!, b!, { epsilon: EPSILON, variance }).y,
  reference: (x, g, b) => {
    const { mean, variance: v } = moments(x!);
    return normalised(x!, g!, b!, mean, v);
  },
});

export const batchNorms: readonly OpCase[] = [
  training('rows', [5, 3], 'fast'),
  training('sequence', [2, 3, 4], 'safe'),
  training('pictures', [2, 3, 3, 2], 'fast'),
  training('pictures', [2, 3, 3, 2], 'safe'),
  training('volumes', [2, 2, 2, 2, 3], 'fast'),
  training('one channel, one picture', [1, 1, 3, 3], 'fast'),
  ...(['fast', 'safe'] as const).map((variance): OpCase => ({
    name: `batch statistics, ${variance}`,
    covers: ['batchStatistic'],
    inputs: [[3, 2, 2, 2]],
    build: (x) => {
      const now = nn.batchNorm(x!, nn.ones([2]), nn.zeros([2]), { variance });
      return nn.mul(nn.concat([now.mean, now.variance], 0), nn.concat([now.variance, now.mean], 0));
    },
    reference: (x) => {
      const { mean, variance: v } = moments(x!);
      return { shape: [4], data: Float64Array.from([0, 1, 2, 3], (i) => mean.data[i % 2]! * v.data[i % 2]!) };
    },
  })),
  {
    name: 'normaliseChannels',
    covers: ['normaliseChannels'],
    inputs: [[2, 3, 2, 2], [3], [3], [3], [3]],
    low: 0.2,
    build: (x, g, b, m, v) => nn.normaliseChannels(x!, g!, b!, m!, v!, EPSILON),
    reference: (x, g, b, m, v) => normalised(x!, g!, b!, m!, v!),
  },
];
