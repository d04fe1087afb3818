import { describe, expect, it } from 'vitest';
import { bytesField, fields, numberField, varint, WireError } from '../../src/runtime-kit/wire.ts';

const read = (bytes: readonly number[]): unknown[] =>
  [...fields(Uint8Array.from(bytes), 0, bytes.length)].map(({ field, type, value }) => [field, type, value]);

describe('the protobuf wire format', () => {
  it('is read as written', () => {
    expect(read([...numberField(1, 300), ...bytesField(25, 'abc'), ...numberField(14, 2 ** 40)])).toEqual([
      [1, 0, 300],
      [25, 2, 3],
      [14, 0, 2 ** 40],
    ]);
    expect(varint(300)).toEqual([0xac, 0x02]);
  });

  it('reads fixed-size fields', () => {
    expect(read([0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual([
      [1, 5, 4],
      [2, 1, 8],
    ]);
  });

  it.each([
    ['a tag without end', [0x80]],
    ['a number without end', [0x08, 0xff]],
    ['a number of 11 bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 1]],
    ['a length past the end', [0x0a, 5, 1]],
    ['a length of 2^62', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]],
    ['a fixed field past the end', [0x0d, 1]],
    ['a group', [0x0b]],
    ['field 0', [0x00, 0]],
  ])('refuses %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(WireError);
  });
});
