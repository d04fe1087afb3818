import { Tensor, VerilensError, type Runtime } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  adamW,
  createTrainer,
  exportInference,
  float32,
  gradients,
  importOnnx,
  input,
  linear,
  module,
  mse,
  readOnnxInitialisers,
  reshape,
  square,
  sum,
  targetOf,
  trainingStep,
  writeGraph,
  type Sym,
} from '../src/index.ts';
import type { EmittedGraph, EmittedNode, EmittedTensor } from '../src/onnx/emitted-graph.ts';
import { writeModel } from '../src/onnx/model.ts';
import { runOnce } from './onnx-vectors.ts';

const node = (op: string, inputs: string[], outputs: string[], attributes: EmittedNode['attributes'] = {}): EmittedNode => ({
  op,
  domain: '',
  inputs,
  outputs,
  attributes,
});
const floats = (name: string, shape: readonly number[], f: (i: number) => number): EmittedTensor => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i)),
});

/** A small picture network as an exporter writes it: convolution, batch normalisation, pooling, shape arithmetic, a linear head. */
function network(batch: number | string = 1, fixedReshape = false): EmittedGraph {
  const ints = (name: string, values: number[]): EmittedTensor => ({
    name,
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  return {
    inputs: [{ name: 'image', shape: [batch, 3, 8, 8], dtype: 'float32' }],
    outputs: [{ name: 'logits', shape: [batch, 2], dtype: 'float32' }],
    initializers: [
      floats('stem.weight', [4, 3, 3, 3], (i) => Math.sin(i) / 4),
      floats('bn.scale', [4], (i) => 1 + i / 8),
      floats('bn.bias', [4], (i) => i / 10),
      floats('bn.mean', [4], (i) => i / 20),
      floats('bn.var', [4], (i) => 0.5 + i / 4),
      floats('head.weight', [2, 64], (i) => Math.cos(i) / 8),
      floats('head.bias', [2], (i) => i),
      ints('zero', [0]),
      ints('rest', [-1]),
      ints('flat', [1, 64]),
    ],
    nodes: [
      node('Conv', ['image', 'stem.weight'], ['stem'], { pads: { ints: [1, 1, 1, 1] }, kernel_shape: { ints: [3, 3] } }),
      node('BatchNormalization', ['stem', 'bn.scale', 'bn.bias', 'bn.mean', 'bn.var'], ['normal']),
      node('Relu', ['normal'], ['features']),
      node('MaxPool', ['features'], ['pooled'], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Shape', ['pooled'], ['shape']),
      node('Gather', ['shape', 'zero'], ['size']),
      node('Concat', ['size', 'rest'], ['wanted'], { axis: { int: 0 } }),
      node('Reshape', ['pooled', fixedReshape ? 'flat' : 'wanted'], ['row']),
      node('Gemm', ['row', 'head.weight', 'head.bias'], ['logits'], { transB: { int: 1 } }),
    ],
  };
}

const pixels = (n: number): Float32Array => Float32Array.from({ length: n * 192 }, (_, i) => Math.sin(i * 0.7));

function codeOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof VerilensError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a graph as a module', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await native({ device: 'cpu', threads: 1 });
  });
  afterAll(() => runtime?.dispose());

  const run = async (outputs: Record<string, Sym>, x: Sym, n = 1): Promise<Record<string, Float32Array>> => {
    const results = await runOnce(runtime, writeGraph({ inputs: { image: x }, outputs, target: 'native' }), 'imported', {
      image: new Tensor('float32', pixels(n), [n, 3, 8, 8]),
    });
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  };

  it('gives what the runtime gives for the file itself', async () => {
    const onnx = writeModel(network());
    const x = input('image', float32([1, 3, 8, 8]));
    const own = await run(importOnnx(onnx).apply({}, x), x);
    const theirs = await runOnce(runtime, onnx, 'file', { image: new Tensor('float32', pixels(1), [1, 3, 8, 8]) });
    own['logits']!.forEach((v, i) => expect(v).toBeCloseTo((theirs['logits']!.data as Float32Array)[i]!, 5));
  });

  it('gives inner tensors by name, and their gradients: what Grad-CAM needs', async () => {
    const net = importOnnx(writeModel(network()), { outputs: ['logits', 'features'] });
    expect(net.outputs.features.shape).toEqual([1, 4, 8, 8]);
    const x = input('image', float32([1, 3, 8, 8]));
    const { logits, features } = net.apply({}, x);
    const [byFeature, byPixel] = gradients(sum(square(logits)), [features, x]) as [Sym, Sym];
    expect([byFeature.shape, byPixel.shape]).toEqual([
      [1, 4, 8, 8],
      [1, 3, 8, 8],
    ]);
    const { a, b } = await run({ a: byFeature, b: byPixel }, x);
    expect(a!.some((v) => v !== 0) && b!.some((v) => v !== 0)).toBe(true);
  });

  it('can begin and end at inner tensors', () => {
    const tail = importOnnx(writeModel(network()), { inputs: { pooled: [1, 4, 4, 4] } });
    expect(Object.keys(tail.inputs)).toEqual(['pooled']);
    expect([...tail.frozen].sort()).toEqual(['head.bias', 'head.weight']);
    const front = importOnnx(writeModel(network()), { outputs: ['stem'] });
    expect(front.frozen).toEqual(['stem.weight']);
  });

  it('takes another batch size than the file was exported for', async () => {
    const net = importOnnx(writeModel(network(1, true)));
    const x = input('image', float32([3, 3, 8, 8]));
    const y = net.apply({}, x);
    expect(y['logits']!.shape).toEqual([3, 2]);
    const one = input('image', float32([1, 3, 8, 8]));
    const [three, single] = [await run(y, x, 3), await run(net.apply({}, one), one)];
    single['logits']!.forEach((v, i) => expect(three['logits']![i]!).toBeCloseTo(v, 5));
  });

  it('trains what the predicate names and nothing else, and the result is exported and imported again', async () => {
    const onnx = writeModel(network('batch'));
    const backbone = importOnnx(onnx, {
      inputs: { image: [4, 3, 8, 8] },
      outputs: ['features', 'row'],
      // statistics are never trained, whatever the predicate says
      trainable: (name) => name.startsWith('bn.'),
    });
    expect(Object.keys(backbone.params)).toEqual(['bn.scale', 'bn.bias']);
    const head = linear(64, 1);
    const net = module('net', { backbone, head }, (p, x: Sym) => reshape(head.apply(p.head, backbone.apply(p.backbone, x).row), [4]));
    const step = trainingStep({
      module: net,
      inputs: { image: float32([4, 3, 8, 8]), y: float32([4]) },
      loss: (p, { image, y }) => ({ loss: mse(net.apply(p, image), y) }),
      optimizer: adamW(),
      target: targetOf(runtime),
    });
    await using trainer = await createTrainer(step, { runtime, seed: 1 });
    const batch = { image: pixels(4), y: Float32Array.of(0, 1, 2, 3) };
    const first = await trainer.step(batch, 1e-2);
    for (let i = 0; i < 80; i++) await trainer.step(batch, 2e-2);
    const last = await trainer.step(batch, 2e-2);
    expect(last.loss).toBeLessThan(first.loss / 4);

    const exported = exportInference({
      module: net,
      params: trainer.parameters(),
      inputs: { image: float32([4, 3, 8, 8]) },
      forward: (p, { image }) => ({ y: net.apply(p, image) }),
      target: 'native',
    });
    const image = new Tensor('float32', pixels(4), [4, 3, 8, 8]);
    const [before, after] = [readOnnxInitialisers(onnx), [...readOnnxInitialisers(exported).values()]];
    // the frozen weights are in the exported file, bit for bit
    expect(after.some(({ data }) => Buffer.from(data.buffer).equals(Buffer.from(before.get('stem.weight')!.data.buffer)))).toBe(true);
    expect(after.some(({ data }) => Buffer.from(data.buffer).equals(Buffer.from(before.get('bn.scale')!.data.buffer)))).toBe(false);
    const again = importOnnx(exported);
    const x = input('image', float32([4, 3, 8, 8]));
    const theirs = await runOnce(runtime, exported, 'exported', { image });
    const own = await runOnce(runtime, writeGraph({ inputs: { image: x }, outputs: again.apply({}, x), target: 'native' }), 'again', {
      image,
    });
    (own['y']!.data as Float32Array).forEach((v, i) => expect(v).toBeCloseTo((theirs['y']!.data as Float32Array)[i]!, 5));
  });
});

describe('what cannot be imported is said with a remedy', () => {
  it('names an operator it does not know, its node and the operators it knows', () => {
    const graph = network();
    graph.nodes[2] = { ...graph.nodes[2]!, op: 'Frobnicate' };
    const { code, message } = codeOf(() => importOnnx(writeModel(graph)));
    expect(code).toBe('UNSUPPORTED');
    expect(message).toMatch(/node "features".*Frobnicate \(opset 18\).*AveragePool.*`outputs`/s);
    // the part before it can be imported all the same
    expect(importOnnx(writeModel(graph), { outputs: ['normal'] }).outputs.normal.shape).toEqual([1, 4, 8, 8]);
  });
  it('suggests the tensor that was meant', () => {
    expect(codeOf(() => importOnnx(writeModel(network()), { outputs: ['feature'] }))).toMatchObject({
      code: 'UNKNOWN_NAME',
      message: expect.stringContaining('Did you mean "features"'),
    });
  });
  it('asks for a shape that the file leaves free', () => {
    expect(codeOf(() => importOnnx(writeModel(network('batch'))))).toMatchObject({
      code: 'BAD_SHAPE',
      message: expect.stringMatching(/\[batch, 3, 8, 8\].*inputs: \{ 'image'/),
    });
  });
  it('names the node where shapes do not fit', () => {
    expect(codeOf(() => importOnnx(writeModel(network()), { inputs: { image: [1, 5, 8, 8] } }))).toMatchObject({
      code: 'BAD_SHAPE',
      message: expect.stringContaining('onnx Conv "stem"'),
    });
  });
  it('refuses tensors of another shape or number when applied', () => {
    const net = importOnnx(writeModel(network()));
    expect(codeOf(() => net.apply({}, input('image', float32([1, 3, 9, 8])))).code).toBe('BAD_SHAPE');
    expect(codeOf(() => net.apply({}, {})).code).toBe('UNKNOWN_NAME');
  });
  it('refuses values that only a run can know where they must be known, unless they are fixed', () => {
    const graph: EmittedGraph = {
      inputs: [
        { name: 'x', shape: [2, 6], dtype: 'float32' },
        { name: 'shape', shape: [2], dtype: 'int64' },
      ],
      outputs: [{ name: 'y', shape: [3, 4], dtype: 'float32' }],
      initializers: [],
      nodes: [node('Reshape', ['x', 'shape'], ['y'])],
    };
    expect(codeOf(() => importOnnx(writeModel(graph))).code).toBe('UNSUPPORTED');
    const net = importOnnx(writeModel(graph), { fixed: { shape: { shape: [2], data: Int32Array.of(3, -1) } } });
    expect(net.outputs['y']!.shape).toEqual([3, 4]);
  });
});
