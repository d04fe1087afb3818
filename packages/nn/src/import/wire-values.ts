import { VerilensError } from '@verilens/core';
import { fields, WireError, type WireField } from '@verilens/core/runtime-kit';

const decoder = new TextDecoder();

/** The BAD_MODEL error of a damaged file. */
export function bad(summary: string, got: string, place = 'nn onnx file'): VerilensError {
  return new VerilensError('BAD_MODEL', summary, { place, got, remedy: 'The file is damaged: fetch or export it again.' });
}

/** The fields of an embedded message. @throws VerilensError BAD_MODEL */
export function* message(bytes: Uint8Array, at: { readonly start: number; readonly end: number }): Generator<WireField> {
  try {
    yield* fields(bytes, at.start, at.end);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw bad('the bytes are no ONNX model, or one cut short', error.message);
  }
}

export function text(bytes: Uint8Array, field: WireField): string {
  if (field.type !== 2) throw bad('a text was expected', `wire type ${field.type} at byte ${field.start}`);
  return decoder.decode(bytes.subarray(field.start, field.end));
}

export const float32At = (view: DataView, at: number): number => view.getFloat32(at, true);

export function float32(bytes: Uint8Array, field: WireField): number {
  if (field.type !== 5) throw bad('a float was expected', `wire type ${field.type} at byte ${field.start}`);
  return float32At(new DataView(bytes.buffer, bytes.byteOffset + field.start, 4), 0);
}

/** Whole numbers of a repeated int64 field: one (wire type 0) or many, packed (wire type 2). */
export function numbers(bytes: Uint8Array, field: WireField): readonly number[] {
  if (field.type !== 0 && field.type !== 2) throw bad('whole numbers were expected', `wire type ${field.type} at byte ${field.start}`);
  const values: number[] = [];
  let at = field.start;
  while (at < field.end) {
    // the common case by plain arithmetic; long numbers (negative ones have 10 bytes) by bigint
    let value = 0;
    let scale = 1;
    let length = 0;
    while (at + length < field.end && bytes[at + length]! >= 0x80) {
      value += (bytes[at + length]! & 0x7f) * scale;
      scale *= 0x80;
      length++;
    }
    if (at + length >= field.end || length >= 10) throw bad('a number is cut short or too long', `byte ${at}`);
    value += bytes[at + length]! * scale;
    values.push(length < 7 ? value : signed(bytes, at, length + 1));
    at += length + 1;
  }
  return values;
}

function signed(bytes: Uint8Array, at: number, length: number): number {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 7n) | BigInt(bytes[at + i]! & 0x7f);
  return Number(BigInt.asIntN(64, value));
}
