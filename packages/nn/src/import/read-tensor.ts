import { VerilensError } from '@verilens/core';
import type { WireField } from '@verilens/core/runtime-kit';
import { sizeOf } from '../sym.ts';
import type { Kind, StoredTensor } from './onnx-file.ts';
import { bad, float32At, message, numbers, text } from './wire-values.ts';

interface Element {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const element = (name: string, kind: Kind, bytes: number, read: Element['read']): Element => ({ name, kind, bytes, read });

/** Element types we read, by their number in onnx.proto. */
const ELEMENTS: ReadonlyMap<number, Element> = new Map([
  [1, element('float32', 'float', 4, (v, at) => v.getFloat32(at, true))],
  [2, element('uint8', 'int', 1, (v, at) => v.getUint8(at))],
  [3, element('int8', 'int', 1, (v, at) => v.getInt8(at))],
  [4, element('uint16', 'int', 2, (v, at) => v.getUint16(at, true))],
  [5, element('int16', 'int', 2, (v, at) => v.getInt16(at, true))],
  [6, element('int32', 'int', 4, (v, at) => v.getInt32(at, true))],
  [7, element('int64', 'int', 8, (v, at) => Number(v.getBigInt64(at, true)))],
  [9, element('bool', 'bool', 1, (v, at) => (v.getUint8(at) === 0 ? 0 : 1))],
  [10, element('float16', 'float', 2, (v, at) => halfToFloat(v.getUint16(at, true)))],
  [11, element('float64', 'float', 8, (v, at) => v.getFloat64(at, true))],
  [12, element('uint32', 'int', 4, (v, at) => v.getUint32(at, true))],
  [13, element('uint64', 'int', 8, (v, at) => Number(v.getBigUint64(at, true)))],
  [16, element('bfloat16', 'float', 2, (v, at) => bits(v.getUint16(at, true) * 0x10000))],
]);

const OTHER_NAMES: Readonly<Record<number, string>> = { 8: 'string', 14: 'complex64', 15: 'complex128' };

/** Name of an element type number, e.g. 1 -> `float32`. */
export function elementName(type: number): string {
  return ELEMENTS.get(type)?.name ?? OTHER_NAMES[type] ?? `type ${type}`;
}

/** The kind of an element type by number, or undefined for one we do not compute with (strings, complex numbers). */
export function elementKind(type: number): Kind | undefined {
  return ELEMENTS.get(type)?.kind;
}

const scratch = new DataView(new ArrayBuffer(4));
function bits(value: number): number {
  scratch.setUint32(0, value);
  return scratch.getFloat32(0);
}

function halfToFloat(half: number): number {
  const sign = half >> 15 === 0 ? 1 : -1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/**
 * Reads a TensorProto. No size is believed: nothing is allocated before the bytes for it were seen.
 * @throws VerilensError BAD_MODEL, UNSUPPORTED for strings, complex numbers and data in another file
 */
export function readTensor(bytes: Uint8Array, at: WireField): StoredTensor {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  const listed: WireField[] = [];
  let external = false;
  for (const field of message(bytes, at)) {
    if (field.field === 1) for (const n of numbers(bytes, field)) shape.push(n);
    else if (field.field === 2) type = field.value;
    else if ([4, 5, 7, 10, 11].includes(field.field)) listed.push(field);
    else if (field.field === 8) name = text(bytes, field);
    else if (field.field === 9 && field.type === 2) raw = bytes.subarray(field.start, field.end);
    else if (field.field === 13 || (field.field === 14 && field.value !== 0)) external = true;
  }
  const place = `nn onnx tensor "${name}"`;
  if (external)
    throw new VerilensError('UNSUPPORTED', 'the tensor lies in another file', {
      place,
      expected: 'data inside the model',
      remedy: 'Save the model again as a single file (in Python: onnx.save without save_as_external_data).',
    });
  const kind = ELEMENTS.get(type);
  if (kind === undefined)
    throw new VerilensError('UNSUPPORTED', 'elements of this type are not read', {
      place,
      expected: [...ELEMENTS.values()].map((e) => e.name).join(', '),
      got: elementName(type),
    });
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0)) throw bad('a size is no whole number >= 0', `[${shape.join(', ')}]`, place);
  const count = sizeOf(shape);
  const Container = kind.kind === 'float' ? Float32Array : Float64Array;
  if (raw !== undefined) {
    if (raw.length !== count * kind.bytes)
      throw bad(`its data does not fill [${shape.join(', ')}] ${kind.name}`, `${raw.length} bytes for ${count} elements`, place);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const data = new Container(count);
    if (kind.name === 'float32') new Uint8Array(data.buffer).set(raw);
    else for (let i = 0; i < count; i++) data[i] = kind.read(view, i * kind.bytes);
    return { name, shape, kind: kind.kind, type: kind.name, data };
  }
  const values = listed.flatMap((field) => listedValues(bytes, field));
  // half floats are listed as their bit patterns
  const decoded =
    kind.name === 'float16' ? values.map(halfToFloat) : kind.name === 'bfloat16' ? values.map((v) => bits(v * 0x10000)) : values;
  if (decoded.length !== count) throw bad(`its data does not fill [${shape.join(', ')}]`, `${decoded.length} elements for ${count}`, place);
  return { name, shape, kind: kind.kind, type: kind.name, data: Container.from(decoded) };
}

/** float_data, int32_data, int64_data, double_data or uint64_data; packed or one by one. */
function listedValues(bytes: Uint8Array, field: WireField): readonly number[] {
  if (field.field === 4) return fixed(bytes, field, 4, float32At);
  if (field.field === 10) return fixed(bytes, field, 8, (view, at) => view.getFloat64(at, true));
  return numbers(bytes, field);
}

function fixed(bytes: Uint8Array, field: WireField, width: number, read: (view: DataView, at: number) => number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + field.start, field.end - field.start);
  const values: number[] = [];
  for (let at = 0; at + width <= view.byteLength; at += width) values.push(read(view, at));
  return values;
}
