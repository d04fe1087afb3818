import { describe, expect, it } from 'vitest';
import { externalDataLocations, staysInside } from '../../src/runtime-kit/external-data.ts';
import { probeModel } from '../../src/runtime-kit/probe-model.ts';
import { bytesField, numberField } from '../../src/runtime-kit/wire.ts';

const entry = (key: string, value: string): number[] => bytesField(13, [...bytesField(1, key), ...bytesField(2, value)]);
const tensor = (location: string): number[] => [...entry('offset', '0'), ...entry('location', location), ...numberField(14, 1)];
const model = (graph: readonly number[]): Uint8Array => Uint8Array.from([...numberField(1, 8), ...bytesField(7, graph)]);
const attribute = (field: number, inner: readonly number[]): number[] => bytesField(1, bytesField(5, bytesField(field, inner)));

describe('externalDataLocations', () => {
  it('finds none in a self-contained model', () => {
    expect(externalDataLocations(probeModel(), 'm')).toEqual([]);
  });

  it.each([
    ['an initialiser', model(bytesField(5, tensor('here')))],
    ['a sparse initialiser, values', model(bytesField(15, bytesField(1, tensor('here'))))],
    ['a sparse initialiser, indices', model(bytesField(15, bytesField(2, tensor('here'))))],
    ['an attribute tensor', model(attribute(5, tensor('here')))],
    ['a list of attribute tensors', model(attribute(10, tensor('here')))],
    ['a sparse attribute', model(attribute(22, bytesField(1, tensor('here'))))],
    ['a list of sparse attributes', model(attribute(23, bytesField(1, tensor('here'))))],
    ['a subgraph', model(attribute(6, bytesField(5, tensor('here'))))],
    ['a list of subgraphs', model(attribute(11, bytesField(5, tensor('here'))))],
    ['a subgraph of a subgraph', model(attribute(6, attribute(6, bytesField(5, tensor('here')))))],
    ['a function', Uint8Array.from([...model([]), ...bytesField(25, bytesField(7, bytesField(5, bytesField(5, tensor('here')))))])],
    ["a function's default attribute", Uint8Array.from([...model([]), ...bytesField(25, bytesField(11, bytesField(5, tensor('here'))))])],
    ['training information', Uint8Array.from([...model([]), ...bytesField(20, bytesField(2, bytesField(5, tensor('here'))))])],
    [
      'a second graph field, which protobuf merges into the first',
      Uint8Array.from([...model([]), ...bytesField(7, bytesField(5, tensor('here')))]),
    ],
  ])('finds the file named by %s', (_, bytes) => {
    expect(externalDataLocations(bytes, 'm')).toEqual(['here']);
  });

  it('reports a tensor that is elsewhere without saying where', () => {
    expect(externalDataLocations(model(bytesField(5, numberField(14, 1))), 'm')).toEqual(['']);
  });

  it('gives up on a file of nothing but tiny fields', () => {
    const bytes = new Uint8Array(24_000_000);
    for (let index = 0; index < bytes.length; index += 2) bytes[index] = 0x08;
    const started = performance.now();
    expect(() => externalDataLocations(bytes, 'm')).toThrow(/more than 10000000 fields/);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('staysInside', () => {
  it.each(['weights.bin', './weights.bin', 'a/b/weights.bin', 'model.onnx_data', 'we..ird', 'a b.bin'])('accepts %s', (location) => {
    expect(staysInside(location)).toBe(true);
  });

  it.each([
    '',
    '..',
    '../x',
    'a/../../x',
    'a\\..\\x',
    '/x',
    '\\x',
    '\\\\host\\x',
    'C:x',
    'c:/x',
    'file:///x',
    'https://x',
    'a\0b',
    '*/_ORT_MEM_ADDR_/*',
  ])('refuses %j', (location) => {
    expect(staysInside(location)).toBe(false);
  });
});
