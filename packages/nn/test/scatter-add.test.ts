import { Tensor } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import * as nn from '../src/index.ts';

it('never loses an update that shares its place with others, on several threads', async () => {
  await using runtime = await native({ device: 'cpu', threads: 2 });
  const [count, width, size] = [20_000, 64, 10];
  const updates = nn.input('updates', { shape: [count, width], dtype: 'float32' });
  const indices = nn.input('indices', { shape: [count], dtype: 'int32' });
  const onnx = nn.writeGraph({ inputs: { updates, indices }, outputs: { y: nn.scatterAdd(indices, updates, size) }, target: 'native' });
  // ScatterND of ONNX Runtime 1.30 lost some in about one run of thirty: too seldom for this test to be sure of it
  expect(new TextDecoder('latin1').decode(onnx)).not.toContain('ScatterND');
  await using session = await runtime.load(onnx);
  const feeds = {
    updates: new Tensor('float32', new Float32Array(count * width).fill(1), [count, width]),
    indices: new Tensor(
      'int32',
      Int32Array.from({ length: count }, (_, i) => i % size),
      [count],
    ),
  };
  for (let i = 0; i < 20; i++) {
    const y = (await session.run(feeds))['y']!.data as Float32Array;
    expect(y.every((v) => v === count / size)).toBe(true);
  }
});
