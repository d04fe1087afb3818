import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/index.ts';

function file(header: unknown, body = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const tensor = (shape: unknown, offsets: unknown, dtype: unknown = 'F32'): object => ({ dtype, shape, data_offsets: offsets });

describe('safetensors', () => {
  it('gives back what was written, whatever the alignment of the bytes', () => {
    const tensors = new Map([
      ['b', { shape: [2, 2], data: Float32Array.of(1, -0, 3.5, 1e-40) }],
      ['a', { shape: [3], data: Int32Array.of(-1, 0, 7) }],
      ['none', { shape: [0], data: new Float32Array(0) }],
      ['scalar', { shape: [], data: Float32Array.of(9) }],
    ]);
    const bytes = writeSafetensors(tensors, { step: '3' });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const back = readSafetensors(shifted.subarray(1));
    expect(back.metadata).toEqual({ step: '3' });
    expect(back.tensors.get('a')).toEqual(tensors.get('a'));
    expect(Object.is(back.tensors.get('b')!.data[1], -0)).toBe(true);
    expect(readSafetensors(Buffer.from(shifted).subarray(1))).toEqual(back); // what Node's readFile gives
    expect([...back.tensors.keys()].sort()).toEqual(['a', 'b', 'none', 'scalar']);
    expect(writeSafetensors(new Map([...tensors].reverse()), { step: '3' })).toEqual(bytes);
  });

  it.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['a header of 2^63 bytes', file({}, 0, 2n ** 63n)],
    ['a header longer than the file', file({}, 0, 3n)],
    ['no JSON', file('{"a"')],
    ['bad UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe)],
    ['an array', file([])],
    ['null', file('null')],
    ['a tensor that is null', file({ a: null })],
    ['a type we do not read', file({ a: tensor([1], [0, 2], 'F16') }, 2)],
    ['a negative size', file({ a: tensor([-1], [0, 4]) }, 4)],
    ['a size that is no number', file({ a: tensor(['1'], [0, 4]) }, 4)],
    ['sizes that overflow', file({ a: tensor([2 ** 40, 2 ** 40], [0, 4]) }, 4)],
    ['offsets outside', file({ a: tensor([2], [0, 8]) }, 4)],
    ['offsets backwards', file({ a: tensor([1], [4, 0]) }, 4)],
    ['offsets missing', file({ a: { dtype: 'F32', shape: [1] } }, 4)],
    ['fractional offsets', file({ a: tensor([1], [0.5, 4.5]) }, 8)],
    ['a shape that does not fill its bytes', file({ a: tensor([1], [0, 8]) }, 8)],
    ['overlap', file({ a: tensor([2], [0, 8]), b: tensor([1], [4, 8]) }, 8)],
    ['a gap', file({ a: tensor([1], [4, 8]) }, 8)],
    ['bytes left over', file({ a: tensor([1], [0, 4]) }, 8)],
    ['metadata that are no strings', file({ __metadata__: { a: 1 } })],
  ])('refuses %s', (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'BAD_MODEL' }));
  });
});
