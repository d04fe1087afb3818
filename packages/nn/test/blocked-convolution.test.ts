import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';
import { worst } from './fixture-files.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

const input = (name: string, shape: readonly number[]): Sym => nn.input(name, { shape, dtype: 'float32' });

/** Value, gradients and second gradients of a network, written for a target. */
async function results(
  target: nn.Target,
  x: readonly number[],
  w: readonly number[],
  build: (x: Sym, w: Sym, b: Sym) => Sym,
): Promise<TensorMap> {
  const shapes = { x, w, b: [w[0]!] };
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]));
  const syms = Object.values(inputs);
  const y = build(...(syms as [Sym, Sym, Sym]));
  const first = nn.gradients(nn.mean(nn.square(y)), syms);
  const second = nn.gradients(nn.addAll(first.map((g) => nn.sum(nn.square(g)))), syms);
  const outputs = { y, ...Object.fromEntries([...first, ...second].map((g, i) => [`g${i}`, g])) };
  const onnx = nn.writeGraph({ inputs, outputs, target });
  expect(new TextDecoder('latin1').decode(onnx).includes('com.microsoft.nchwc')).toBe(target !== 'native');
  await using session = await runtime.load(onnx);
  const { normal } = nn.random(3, 'blocked');
  const feeds = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, n) => a * n, 1);
    return [
      name,
      new Tensor(
        'float32',
        Float32Array.from({ length: size }, () => 0.3 * normal()),
        shape,
      ),
    ] as const;
  });
  return session.run(Object.fromEntries(feeds));
}

describe('blocked convolution', () => {
  const cases: [string, number[], number[], nn.Conv2dOptions][] = [
    ['whole blocks', [2, 32, 5, 4], [16, 32, 3, 3], { padding: 1 }],
    ['no whole block of input channels', [2, 9, 6, 5], [16, 9, 3, 3], { padding: [0, 1, 2, 1], stride: [2, 1] }],
    ['few input channels', [2, 3, 6, 5], [32, 3, 3, 3], { padding: [0, 1, 2, 1] }],
    ['stride 2, by parities', [2, 16, 6, 8], [32, 16, 3, 3], { padding: 1, stride: 2 }],
    ['stride 2, odd', [1, 16, 7, 5], [16, 16, 3, 3], { padding: 1, stride: 2 }],
    ['stride above the kernel, rows left over', [3, 16, 10, 9], [16, 16, 3, 3], { stride: 4 }],
    ['two blocks, even kernel, stride of its own each way', [2, 32, 7, 9], [48, 32, 2, 4], { stride: [1, 3], padding: [1, 0, 0, 2] }],
    ['dilated across', [2, 16, 5, 9], [16, 16, 3, 3], { dilation: [1, 2], padding: [1, 2] }],
    ['dilated, 5x1', [1, 16, 9, 3], [16, 16, 5, 1], { dilation: [2, 1], padding: [4, 0] }],
  ];
  it.each(cases)('%s: as the portable form', async (_, x, w, options) => {
    const { convolutionBlock } = runtime;
    expect(convolutionBlock, 'every processor ONNX Runtime is built for has one').toBeDefined();
    const target = nn.targetOf(runtime);
    const build = (a: Sym, k: Sym, b: Sym): Sym => {
      const once = nn.conv2d(a, k, b, options);
      // ReLU that may become the convolution's own, and one that may not because its argument is read again
      return nn.concat([nn.relu(nn.conv2d(a, nn.mul(k, 2), b, options)), nn.add(nn.relu(once), nn.mul(once, 0.5))], 1);
    };
    const [portable, blocked] = [await results('native', x, w, build), await results(target, x, w, build)];
    for (const name of Object.keys(portable))
      expect(worst(blocked[name]!.data as Float32Array, portable[name]!.data as Float32Array), name).toBeLessThan(1e-5);
  });

  it('is left out by one switch, and never exported', async () => {
    await using plain = await native({ device: 'cpu', threads: 1, blockedConvolution: false });
    expect(plain.convolutionBlock).toBeUndefined();
    expect(nn.targetOf(plain)).toBe('native');
    const net = nn.conv2dModule(16, 16, 3);
    const params = new Map(
      [...nn.namedParams(net)].map(([name, { shape, init }]) => [name, { shape, data: init(shape, nn.random(0, name)) }]),
    );
    const onnx = nn.exportInference({
      module: net,
      params,
      inputs: { x: nn.float32([1, 16, 4, 4]) },
      forward: (p, { x }) => ({ y: net.apply(p, x) }),
      target: nn.targetOf(runtime),
    });
    expect(new TextDecoder('latin1').decode(onnx)).not.toContain('nchwc');
  });
});
