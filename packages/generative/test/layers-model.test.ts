import { Tensor } from '@verilens/core';
import { exportInference, float32 } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { describe, expect, it } from 'vitest';
import { openSuperResolution, readLayersModel } from '@verilens/generative';

const conv = (name: string, from: string, filters: number, activation: string): object => ({
  class_name: 'Conv2D',
  name,
  config: { filters, kernel_size: [3, 3], strides: [1, 1], padding: 'same', activation, use_bias: true },
  inbound_nodes: [[[from, 0, 0, {}]]],
});
const model = (layers: readonly object[], output: string, weights: readonly object[]): string =>
  JSON.stringify({
    modelTopology: { model_config: { config: { layers, output_layers: [[output, 0, 0]] } } },
    weightsManifest: [{ weights }],
  });
const input = { class_name: 'InputLayer', name: 'x', config: {}, inbound_nodes: [] };
const up = {
  class_name: 'UpSampling2D',
  name: 'up',
  config: { size: [2, 2], interpolation: 'nearest' },
  inbound_nodes: [[['c', 0, 0, {}]]],
};
const declared = [
  { name: 'c/kernel', shape: [3, 3, 3, 3], dtype: 'float32' },
  { name: 'c/bias', shape: [3], dtype: 'float32' },
];
/** A kernel [3, 3, 3, 3] that takes the pixel to the left, channel by channel, and adds 1. */
const numbers = new Float32Array(84);
for (let c = 0; c < 3; c++) {
  numbers[((1 * 3 + 0) * 3 + c) * 3 + c] = 1;
  numbers[81 + c] = 1;
}
const bytes = new Uint8Array(numbers.buffer);

describe('layers models', () => {
  it('compute what TensorFlow.js would: same padding, kernels turned to the other layout, nearest enlarging', async () => {
    const { network, parameters } = readLayersModel(model([input, conv('c', 'x', 3, 'relu'), up], 'up', declared), bytes);
    // as Node reads files, where slice() copies nothing
    expect(readLayersModel(model([input, conv('c', 'x', 3, 'relu'), up], 'up', declared), Buffer.from(bytes)).parameters).toEqual(
      parameters,
    );
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const onnx = exportInference({
      module: network,
      params: parameters,
      inputs: { x: float32(['batch', 3, 2, 2]) },
      forward: (p, { x }) => ({ y: network.apply(p, x) }),
      target: 'native',
    });
    await using session = await runtime.load(onnx);
    const x = Float32Array.from([1, 2, 3, 4, 10, 20, 30, 40, -5, -6, -7, -8]);
    const { y } = await session.run({ x: new Tensor('float32', x, [1, 3, 2, 2]) });
    const first = [...(y!.data as Float32Array)].slice(0, 16);
    expect(first).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 4, 4, 1, 1, 4, 4]);
    expect([...(y!.data as Float32Array)].slice(32, 36)).toEqual([1, 1, 0, 0]);
  });

  it('enlarge pictures within -1..1', async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const read = readLayersModel(model([input, conv('c', 'x', 3, 'linear'), up], 'up', declared), bytes);
    await using enlarger = await openSuperResolution(read, runtime, { size: 4, scale: 2 });
    const larger = await enlarger.enlarge({ count: 2, size: 4, data: new Float32Array(96).fill(0.5) });
    expect(larger.size).toBe(8);
    expect(larger.data.length).toBe(2 * 3 * 64);
    // value 191.25 of 255 moved by one pixel, plus 1 grey level
    expect(larger.data[7]).toBeCloseTo((191.25 + 1) / 127.5 - 1, 5);
    await expect(enlarger.enlarge({ count: 1, size: 8, data: new Float32Array(192) })).rejects.toMatchObject({ code: 'BAD_SHAPE' });
  });

  it('name the layer that is not read, the weight that is missing, and files of another kind', () => {
    const odd = { class_name: 'LSTM', name: 'memory', config: {}, inbound_nodes: [[['x', 0, 0, {}]]] };
    const { network } = readLayersModel(model([input, odd], 'memory', []), new Uint8Array());
    expect(() => network.apply({} as never, undefined as never)).toThrow(/memory/);
    expect(() => readLayersModel(model([input, conv('c', 'x', 3, 'relu')], 'c', []), bytes)).toThrow(/c\/kernel/);
    expect(() => readLayersModel(model([input, conv('c', 'x', 3, 'relu')], 'c', declared), bytes.slice(0, 40))).toThrow(/weights/);
    expect(() => readLayersModel('{}', bytes)).toThrow(/layers model/);
  });
});
