import { VerilensError } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { random } from '../src/index.ts';
import { readOnnx, readOnnxInitialisers } from '../src/import/read-onnx.ts';
import { writeModel } from '../src/onnx/model.ts';
import { ProtoWriter } from '../src/onnx/protobuf.ts';

/** A model whose only content is one stored tensor, written field by field. */
function withTensor(write: (tensor: ProtoWriter) => void): Uint8Array {
  const model = new ProtoWriter();
  model.message(7, (graph) => graph.message(5, write));
  model.message(8, (set) => set.int(2, 18));
  return model.finish();
}

const dims = (t: ProtoWriter, ...sizes: number[]): void => sizes.forEach((n) => t.int(1, n));

const valid = writeModel({
  inputs: [{ name: 'x', shape: ['batch', 2], dtype: 'float32' }],
  outputs: [{ name: 'y', shape: ['batch', 2], dtype: 'float32' }],
  nodes: [{ op: 'Mul', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: { alpha: { float: 0.5 }, pads: { ints: [-1, 2] } } }],
  initializers: [
    { name: 'w', shape: [2], data: Float32Array.of(1.5, -2) },
    { name: 'long', shape: [3], data: BigInt64Array.of(-1n, 2n ** 40n, -(2n ** 63n)) },
  ],
});

it('reads nodes, attributes, tensors and declared shapes', () => {
  const { opset, graph } = readOnnx(valid);
  expect(opset).toBe(18);
  expect(graph.nodes[0]).toMatchObject({ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] });
  expect(graph.nodes[0]!.attributes.get('pads')).toEqual({ type: 'ints', value: [-1, 2] });
  expect(graph.nodes[0]!.attributes.get('alpha')).toEqual({ type: 'float', value: 0.5 });
  expect(graph.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 2] }]);
  expect([...graph.initialisers.get('w')!.data]).toEqual([1.5, -2]);
  expect([...graph.initialisers.get('long')!.data]).toEqual([-1, 2 ** 40, -(2 ** 63)]);
});

it('gives stored tensors by name, and refuses integers beyond int32', () => {
  const named = readOnnxInitialisers(withTensor((t) => (dims(t, 2), t.int(2, 1), t.string(8, 'bias'), t.float(4, 0.25), t.float(4, 4))));
  expect(named).toEqual(new Map([['bias', { shape: [2], data: Float32Array.of(0.25, 4) }]]));
  expect(() => readOnnxInitialisers(valid)).toThrow(/\[nn onnx tensor "long"\].*1099511627776/);
});

it('reads half floats in both forms', () => {
  const raw = withTensor(
    (t) => (dims(t, 4), t.int(2, 10), t.bytes(9, new Uint8Array(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00).buffer))),
  );
  expect([...readOnnx(raw).graph.initialisers.get('')!.data]).toEqual([1, -2.5, Math.fround(2 ** -24), Infinity]);
  const listed = withTensor((t) => (dims(t, 1), t.int(2, 10), t.int(5, 0x3555)));
  expect(readOnnx(listed).graph.initialisers.get('')!.data[0]).toBeCloseTo(1 / 3, 3);
});

describe('bytes that lie', () => {
  const refusal = (bytes: Uint8Array): string => {
    try {
      readOnnx(bytes);
    } catch (error) {
      if (error instanceof VerilensError) return error.code;
      throw error;
    }
    return 'none';
  };
  it.each([
    ['fewer bytes than the shape says', 'BAD_MODEL', withTensor((t) => (dims(t, 2, 2), t.int(2, 1), t.bytes(9, new Uint8Array(12))))],
    ['a shape of 2^60 elements', 'BAD_MODEL', withTensor((t) => (dims(t, 2 ** 30, 2 ** 30), t.int(2, 1), t.bytes(9, new Uint8Array(4))))],
    ['a negative size', 'BAD_MODEL', withTensor((t) => (dims(t, -4), t.int(2, 1), t.bytes(9, new Uint8Array(4))))],
    ['values missing', 'BAD_MODEL', withTensor((t) => (dims(t, 3), t.int(2, 1), t.float(4, 1)))],
    ['strings', 'UNSUPPORTED', withTensor((t) => (dims(t, 1), t.int(2, 8), t.string(6, 'a')))],
    ['another file', 'UNSUPPORTED', withTensor((t) => (dims(t, 1), t.int(2, 1), t.int(14, 1)))],
    [
      'the place of another file alone',
      'UNSUPPORTED',
      withTensor((t) => (dims(t, 1), t.int(2, 1), t.message(13, (entry) => (entry.string(1, 'location'), entry.string(2, '../secret'))))),
    ],
    ['no graph', 'BAD_MODEL', new Uint8Array([0x08, 0x08])],
    ['nothing', 'BAD_MODEL', new Uint8Array()],
    ['two tensors of one name', 'BAD_MODEL', twice()],
  ])('%s', (_, code, bytes) => expect(refusal(bytes)).toBe(code));

  it('cut short anywhere: a typed error or, past the last byte that matters, the model', () => {
    for (let length = 0; length < valid.length; length++) expect(refusal(valid.subarray(0, length))).toMatch(/BAD_MODEL|UNSUPPORTED/);
  });
  it('noise over a model: never another error', () => {
    const { below } = random(7, 'noise');
    for (let round = 0; round < 2000; round++) {
      const bytes = valid.slice();
      for (let k = 0; k < 3; k++) bytes[below(bytes.length)] = below(256);
      refusal(bytes);
    }
  });
  it('graphs in graphs without end', () => {
    const nested = (depth: number): ((graph: ProtoWriter) => void) =>
      depth === 0
        ? () => undefined
        : (graph) => graph.message(1, (n) => n.message(5, (a) => (a.string(1, 'then_branch'), a.message(6, nested(depth - 1)))));
    const model = new ProtoWriter();
    model.message(7, nested(40));
    model.message(8, (set) => set.int(2, 18));
    expect(refusal(model.finish())).toBe('BAD_MODEL');
  });
});

function twice(): Uint8Array {
  const model = new ProtoWriter();
  const tensor = (t: ProtoWriter): void => (dims(t, 1), t.int(2, 1), t.string(8, 'w'), t.float(4, 1));
  model.message(7, (graph) => (graph.message(5, tensor), graph.message(5, tensor)));
  model.message(8, (set) => set.int(2, 18));
  return model.finish();
}
