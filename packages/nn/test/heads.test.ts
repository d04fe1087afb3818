import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { input, writeGraph } from '../src/index.ts';
import { joinHeads, linearHeads, splitHeads } from '../src/modules/heads.ts';
import { recordUpdates } from '../src/state-updates.ts';

const noise = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));

it('results that are turned and cut in training are those of cut weights', async () => {
  const [batch, length, inputs, width, heads] = [2, 3, 5, 8, 4] as const;
  const x = input('x', { shape: [batch, length, inputs], dtype: 'float32' });
  const weight = input('weight', { shape: [inputs, 3 * width], dtype: 'float32' });
  const bias = input('bias', { shape: [3 * width], dtype: 'float32' });
  const qkv = linearHeads(inputs, width, 3, heads);
  const apply = (): ReturnType<typeof qkv.apply> => qkv.apply({ weight, bias }, x);
  const cut = apply();
  const turned = recordUpdates(apply).result;
  expect(turned.map(({ shape }) => shape)).toEqual(cut.map(() => [batch, heads, length, width / heads]));
  expect(turned[0]!.op).not.toBe(cut[0]!.op);
  const outputs = Object.fromEntries([cut, turned].flatMap((parts, k) => parts.map((part, i) => [`${k}.${i}`, part] as const)));
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(writeGraph({ inputs: { x, weight, bias }, outputs, target: 'native' }));
  const got = await session.run(
    Object.fromEntries([x, weight, bias].map(({ shape }, i) => [['x', 'weight', 'bias'][i], noiseTensor(shape)] as const)),
  );
  for (const i of [0, 1, 2]) got[`1.${i}`]!.data.forEach((v, at) => expect(v).toBeCloseTo(Number(got[`0.${i}`]!.data[at]), 5));
});

it('heads that are split join to what they were', async () => {
  const x = input('x', { shape: [2, 3, 8], dtype: 'float32' });
  const split = splitHeads(x, 4);
  expect(split.shape).toEqual([2, 4, 3, 2]);
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(writeGraph({ inputs: { x }, outputs: { y: joinHeads(split) }, target: 'native' }));
  const given = noiseTensor([2, 3, 8]);
  expect((await session.run({ x: given }))['y']!.data).toEqual(given.data);
});

function noiseTensor(shape: readonly number[]): Tensor {
  return new Tensor('float32', noise(shape.reduce((size, n) => size * n, 1)), shape);
}
