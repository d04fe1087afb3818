import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

const last = (x: Sym): Sym =>
  nn.constant(
    Float32Array.from({ length: x.shape.at(-1)! }, (_, i) => 1 + i),
    [x.shape.at(-1)!],
  );
const picked = (x: Sym): Sym => nn.cast(nn.slice(nn.reshape(x, [x.shape[0]!, -1]), { axis: 1, end: 4 }), 'int32');

/** Layers whose graphs hold sizes of the batch: they must survive its being left free. Inputs are [batch, 4, 6, 6], 0..3. */
const layers: readonly (readonly [string, (x: Sym) => Sym])[] = [
  ['instanceNorm', (x) => nn.instanceNorm(x, nn.ones([4]), nn.zeros([4]))],
  ['groupNorm', (x) => nn.groupNorm(x, 2)],
  ['layerNorm of two axes', (x) => nn.layerNorm(x, nn.ones([6, 6]), nn.zeros([6, 6]))],
  ['adaptiveInstanceNorm', (x) => nn.adaptiveInstanceNorm(x, nn.globalMaxPool(x), nn.globalAveragePool(x))],
  ['rmsNorm', (x) => nn.rmsNorm(x, last(x))],
  ['adaptive pooling', (x) => nn.add(nn.adaptiveAvgPool2d(x, 4), nn.adaptiveMaxPool2d(x, 4))],
  ['overlapping max pooling', (x) => nn.maxPool2d(x, { size: 3, stride: 2, padding: 1 })],
  ['transposed convolution', (x) => nn.convTranspose2d(x, nn.ones([4, 2, 3, 3]), nn.ones([2]), { stride: 2 })],
  ['1-d convolution', (x) => nn.conv1d(nn.reshape(x, [x.shape[0]!, 4, 36]), nn.ones([3, 4, 5]))],
  ['modulated convolution', (x) => nn.modulatedConv2d(x, nn.ones([3, 4, 3, 3]), nn.globalAveragePool(x), { resample: 'up' })],
  ['rows of each sample', (x) => nn.gatherBatch(nn.reshape(x, [x.shape[0]!, 4, 36]), picked(x))],
  ['elements along an axis', (x) => nn.takeAlongAxis(nn.reshape(x, [x.shape[0]!, 144]), picked(x), 1)],
  ['padding, rolling, repeating', (x) => nn.repeat(nn.roll(nn.padFrom(x, [0, 0, 1, 2], [0, 0, 2, 0], 'reflect'), 2, 3), 2, 1)],
  ['running sums', (x) => nn.cumulativeSum(x, 2)],
  ['class token', (x) => nn.concat([nn.expand(nn.ones([1, 1, 36]), [x.shape[0]!, 1, 36]), nn.reshape(x, [x.shape[0]!, 4, 36])], 1)],
  ['time embedding', (x) => nn.timeEmbedding(nn.max(x, [1, 2, 3]), 6)],
];

describe('an exported layer with a free batch', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await native({ device: 'cpu', threads: 1 });
  });
  afterAll(() => runtime.dispose());

  it.each(layers)('%s', async (name, layer) => {
    const free = nn.exportInference({
      module: nn.module('layer', {}, (_, x: Sym) => layer(x)),
      params: new Map(),
      inputs: { x: nn.float32(['batch', 4, 6, 6]) },
      forward: (_, { x }) => ({ y: layer(x) }),
      target: 'native',
    });
    const session = await runtime.load(free, { name });
    for (const batch of [1, 4]) {
      const shape = [batch, 4, 6, 6];
      const { uniform } = nn.random(batch);
      const feeds = {
        x: new Tensor(
          'float32',
          Float32Array.from({ length: batch * 144 }, () => 3 * uniform()),
          shape,
        ),
      };
      const x = nn.input('x', nn.float32(shape));
      const fixed = await runtime.load(nn.writeGraph({ inputs: { x }, outputs: { y: layer(x) }, target: 'native' }), { name });
      const [ours, wanted] = [(await session.run(feeds))['y']!, (await fixed.run(feeds))['y']!];
      await fixed.dispose();
      expect(ours.dims).toEqual(wanted.dims);
      expect(ours.data).toEqual(wanted.data);
    }
    await session.dispose();
  });
});
