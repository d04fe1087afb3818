import { Tensor } from '@verilens/core';
import { exportInference, float32, namedParams, random } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { UPSAMPLINGS } from '@verilens/generative';
import { upsampler } from '../src/upsampling.ts';

it.each(UPSAMPLINGS)('%s doubles the side; a shuffle begins as repeated pixels', async (kind) => {
  const net = upsampler(kind, 2, 3);
  const params = new Map([...namedParams(net)].map(([name, { shape, init }]) => [name, { shape, data: init(shape, random(1, name)) }]));
  const onnx = exportInference({
    module: net,
    params,
    inputs: { x: float32([1, 2, 4, 4]) },
    forward: (p, { x }) => ({ y: net.apply(p, x) }),
    target: 'native',
  });
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(onnx);
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: 32 }, (_, i) => Math.sin(5 * i)),
    [1, 2, 4, 4],
  );
  const y = (await session.run({ x }))['y']!;
  expect(y.dims).toEqual([1, 3, 8, 8]);
  const blocks = Array.from({ length: 48 }, (_, i) => {
    const at = Math.floor(i / 16) * 64 + (Math.floor(i / 4) % 4) * 16 + (i % 4) * 2;
    return [at, at + 1, at + 8, at + 9].map((place) => (y.data as Float32Array)[place]!);
  });
  const even = blocks.every((block) => Math.max(...block) - Math.min(...block) < 1e-6);
  expect(even).toBe(kind === 'shuffle');
});
