import { expect, it } from 'vitest';
import { float32, exportInference, module, onnxLayers, relu, mul } from '../src/index.ts';

it('lists nodes in order, with what they take', () => {
  const net = module('net', {}, () => undefined);
  const bytes = exportInference({
    module: net,
    params: new Map(),
    inputs: { x: float32(['N', 2]) },
    target: 'native',
    forward: (_, { x }) => ({ y: relu(mul(x, 2)) }),
  });
  const layers = onnxLayers(bytes);
  expect(layers.map(({ op }) => op)).toEqual(['Mul', 'Relu']);
  expect(layers[0]!.inputs).toContain('x');
  expect([layers[1]!.tensor, layers[1]!.inputs]).toEqual(['y', [layers[0]!.tensor]]);
});
