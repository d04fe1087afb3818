import { Tensor, VerilensError, type Runtime, type TensorMap } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradients, importOnnx, input, mul, random, sum, writeGraph } from '../src/index.ts';
import type { Attribute, EmittedTensor } from '../src/onnx/emitted-graph.ts';
import { writeModel } from '../src/onnx/model.ts';
import { runOnce } from './onnx-vectors.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await native({ device: 'cpu', threads: 1 });
});
afterAll(() => runtime?.dispose());

interface Row {
  readonly op: string;
  /** Shapes of the float inputs, which come first but for stored indices. */
  readonly inputs: readonly (readonly number[] | EmittedTensor)[];
  readonly output: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const places = (shape: readonly number[], values: readonly number[]): EmittedTensor => ({
  name: 'at',
  shape,
  data: BigInt64Array.from(values, BigInt),
});

/** Each is linear in every one of its float inputs, so that differences give the exact slope. */
const rows: readonly Row[] = [
  { op: 'Einsum', inputs: [[2, 3, 3]], output: [2, 3], attributes: { equation: { text: '...ii->...i' } } },
  {
    op: 'Einsum',
    inputs: [
      [2, 3, 4],
      [4, 5],
    ],
    output: [5, 2, 3],
    attributes: { equation: { text: 'b i j, jk -> kbi' } },
  },
  {
    op: 'Einsum',
    inputs: [
      [2, 3],
      [3, 4],
      [4, 2],
    ],
    output: [2, 2],
    attributes: { equation: { text: 'ij,jk,kl->il' } },
  },
  {
    op: 'Einsum',
    inputs: [
      [3, 2],
      [3, 4],
    ],
    output: [2, 4],
    attributes: { equation: { text: 'ca,cb' } },
  },
  { op: 'GatherND', inputs: [[2, 3, 4], places([2, 2], [1, 0, -1, 2])], output: [2, 4] },
  { op: 'GatherND', inputs: [[2, 3, 4], places([2, 1, 1], [2, -1])], output: [2, 1, 4], attributes: { batch_dims: { int: 1 } } },
  { op: 'GatherND', inputs: [[2, 3, 4], places([2, 2], [2, -1, 0, 1])], output: [2], attributes: { batch_dims: { int: 1 } } },
  { op: 'ScatterND', inputs: [[4, 3], places([2, 1], [-1, 1]), [2, 3]], output: [4, 3] },
  {
    op: 'ScatterND',
    inputs: [[4, 3], places([3, 2], [0, 1, 0, 1, 3, 2]), [3]],
    output: [4, 3],
    attributes: { reduction: { text: 'add' } },
  },
  { op: 'ScatterElements', inputs: [[3, 4], places([2, 2], [0, -1, 2, 1]), [2, 2]], output: [3, 4], attributes: { axis: { int: 1 } } },
  {
    op: 'ConvTranspose',
    inputs: [
      [1, 4, 2, 3, 2],
      [4, 2, 3, 2, 2],
    ],
    output: [1, 4, 4, 6, 4],
    attributes: { group: { int: 2 }, strides: { ints: [2, 2, 2] }, pads: { ints: [1, 0, 0, 0, 0, 0] }, output_shape: { ints: [4, 6, 4] } },
  },
];

function model({ op, inputs, output, attributes = {} }: Row): Uint8Array {
  const names = inputs.map((x, i) => ('data' in x ? x.name : `x${i}`));
  return writeModel({
    inputs: inputs.flatMap((x, i) => ('data' in x ? [] : [{ name: `x${i}`, shape: x, dtype: 'float32' as const }])),
    outputs: [{ name: 'y', shape: output, dtype: 'float32' }],
    nodes: [{ op, domain: '', inputs: names, outputs: ['y'], attributes }],
    initializers: inputs.filter((x) => 'data' in x),
  });
}

describe('imported operators', () => {
  it.each(rows.map((row, i) => [`${i}: ${row.op}`, row] as const))('%s: the runtime’s value, and the slope of it', async (name, row) => {
    const file = model(row);
    const net = importOnnx(file);
    const syms = Object.fromEntries(Object.entries(net.inputs).map(([key, spec]) => [key, input(key, spec)]));
    const weights = input('weights', { shape: row.output, dtype: 'float32' });
    const y = net.apply({}, syms)['y']!;
    const slopes = gradients(sum(mul(y, weights)), Object.values(syms));
    const outputs = { y, ...Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])) };
    const { uniform } = random(4, name);
    const noise = (shape: readonly number[]): Tensor =>
      new Tensor(
        'float32',
        Float32Array.from({ length: shape.reduce((a, n) => a * n, 1) }, () => 2 * uniform() - 1),
        shape,
      );
    const feeds: TensorMap = Object.fromEntries(Object.entries(net.inputs).map(([key, { shape }]) => [key, noise(shape)]));
    const w = noise(row.output);
    const onnx = writeGraph({ inputs: { ...syms, weights }, outputs, target: 'native' });
    const ours = await runOnce(runtime, onnx, name, { ...feeds, weights: w });
    const score = async (moved: TensorMap): Promise<{ y: Float32Array; score: number }> => {
      const value = (await runOnce(runtime, file, name, moved))['y']!.data as Float32Array;
      return { y: value, score: value.reduce((total, v, i) => total + v * (w.data as Float32Array)[i]!, 0) };
    };
    const here = await score(feeds);
    (ours['y']!.data as Float32Array).forEach((v, i) => expect(v).toBeCloseTo(here.y[i]!, 5));
    for (const [i, key] of Object.keys(net.inputs).entries()) {
      const direction = noise(net.inputs[key]!.shape).data as Float32Array;
      const moved = (feeds[key]!.data as Float32Array).map((v, e) => v + direction[e]!);
      const there = await score({ ...feeds, [key]: new Tensor('float32', moved, feeds[key]!.dims) });
      const along = (ours[`g${i}`]!.data as Float32Array).reduce((total, g, e) => total + g * direction[e]!, 0);
      expect(along, key).toBeCloseTo(there.score - here.score, 3);
    }
  });

  it('says which forms it leaves out', () => {
    const refused = (row: Row): unknown => {
      try {
        importOnnx(model(row)).apply(
          {},
          Object.fromEntries(Object.entries(importOnnx(model(row)).inputs).map(([key, spec]) => [key, input(key, spec)])),
        );
      } catch (error) {
        return error instanceof VerilensError ? error.code : error;
      }
      return 'nothing';
    };
    const cubic = { mode: { text: 'bicubic' } };
    expect(
      refused({
        op: 'GridSample',
        inputs: [
          [1, 1, 3, 3],
          [1, 2, 2, 2],
        ],
        output: [1, 1, 2, 2],
        attributes: cubic,
      }),
    ).toBe('UNSUPPORTED');
    const joined = { reduction: { text: 'mul' } };
    expect(refused({ op: 'ScatterND', inputs: [[4], places([1, 1], [0]), [1]], output: [4], attributes: joined })).toBe('UNSUPPORTED');
    expect(refused({ op: 'Einsum', inputs: [[2, 3]], output: [2], attributes: { equation: { text: 'ijk->i' } } })).toBe('BAD_MODEL');
    expect(refused({ op: 'GatherND', inputs: [[2, 3], places([1, 1], [2])], output: [1, 3] })).toBe('BAD_MODEL');
  });
});
