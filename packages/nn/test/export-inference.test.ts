import { Tensor, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Parameters, Sym } from '../src/index.ts';
import { smallVit } from './small-vit.ts';

const vit = smallVit({ width: 16, depth: 2, heads: 2, patch: 6, tokens: 4, classes: 3 });
const cnn = nn.sequential(
  nn.conv2dModule(3, 8, 3, { padding: 1, stride: 2 }),
  nn.silu,
  (x) => nn.maxPool2d(x, { size: 2 }),
  nn.globalAveragePool,
  nn.linear(8, 3),
);

function fresh(module: { params: unknown }): Parameters {
  return new Map([...nn.namedParams(module)].map(([name, { shape, init }]) => [name, { shape, data: init(shape, nn.random(1, name)) }]));
}

const models = [
  { name: 'vit', module: vit, rest: [4, 6] },
  { name: 'cnn', module: cnn, rest: [3, 8, 8] },
] as const;

const bytesOf = (
  at: (typeof models)[number],
  batch: number | string,
  target: nn.Target = 'native',
  params = fresh(at.module),
): Uint8Array =>
  nn.exportInference({
    module: at.module,
    params,
    inputs: { x: nn.float32([batch, ...at.rest]) },
    forward: (p, { x }) => ({ probability: nn.softmax((at.module.apply as (p: never, x: Sym) => Sym)(p as never, x)) }),
    target,
  });

describe.each([
  ['native', () => native({ device: 'cpu', threads: 1 })],
  ['wasm', () => wasm({ device: 'wasm', threads: 1 })],
] as const)('exported models on %s', (target, open) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await open();
  });
  afterAll(() => runtime?.dispose());

  it.each(models)('$name: any batch size, each row as it is alone', async (at) => {
    const free = await runtime.load(bytesOf(at, 'batch', target));
    const single = await runtime.load(bytesOf(at, 1, target));
    expect(free.inputs[0]!.shape[0]).toBe('batch');
    const size = at.rest.reduce((a: number, b: number) => a * b, 1);
    const { normal } = nn.random(2);
    const x = Float32Array.from({ length: 7 * size }, normal);
    const all = await free.run({ x: new Tensor('float32', x, [7, ...at.rest]) });
    expect(all['probability']!.dims).toEqual([7, 3]);
    for (let i = 0; i < 7; i++) {
      const feed = { x: new Tensor('float32', x.slice(i * size, (i + 1) * size), [1, ...at.rest]) };
      const alone = (await single.run(feed))['probability']!.data as Float32Array;
      const alsoAlone = (await free.run(feed))['probability']!.data as Float32Array;
      alone.forEach((v, k) => {
        expect((all['probability']!.data as Float32Array)[i * 3 + k]).toBeCloseTo(v, 5);
        expect(alsoAlone[k]).toBeCloseTo(v, 5);
      });
    }
    await free.dispose();
    await single.dispose();
  });
});

it('the same parameters give the same bytes', () => {
  for (const at of models) {
    expect(Buffer.compare(bytesOf(at, 'batch'), bytesOf(at, 'batch'))).toBe(0);
    const changed = fresh(at.module);
    [...changed.values()][0]!.data[0]! += 1e-6;
    expect(Buffer.compare(bytesOf(at, 'batch'), bytesOf(at, 'batch', 'native', changed))).not.toBe(0);
  }
});

it('refuses parameters of another model', () => {
  const params = new Map(fresh(vit));
  params.delete('head.bias');
  expect(() => bytesOf(models[0], 1, 'native', params)).toThrow(
    expect.objectContaining({ code: 'BAD_MODEL', message: expect.stringContaining('"head.bias" is missing') }),
  );
  params.set('head.bias', { shape: [2], data: new Float32Array(2) });
  expect(() => bytesOf(models[0], 1, 'native', params)).toThrow(/another shape.*float32\[3\], got \[2\]/);
});

it('says when a dimension cannot stay free', () => {
  const net = nn.linear(2, 2);
  const build =
    (forward: (x: Sym) => Sym): (() => Uint8Array) =>
    () =>
      nn.exportInference({
        module: net,
        params: fresh(net),
        inputs: { x: nn.float32(['n', 2]) },
        forward: (_, { x }) => ({ y: forward(x) }),
        target: 'native',
      });
  expect(build((x) => nn.add(x, nn.ones(x.shape)))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  expect(() =>
    nn.exportInference({
      module: net,
      params: fresh(net),
      inputs: { x: nn.float32([2, 'n']) },
      forward: (_, { x }) => ({ y: x }),
      target: 'native',
    }),
  ).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});
