/** The parts of the protobuf wire format that ONNX files use: a writer for tiny models and a reader that trusts nothing. */

const text = new TextEncoder();

/** An unsigned varint; `value` is a safe integer >= 0. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** A field holding a number (wire type 0). */
export function numberField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A field holding text, bytes or an embedded message (wire type 2). */
export function bytesField(field: number, value: string | readonly number[]): number[] {
  const bytes = typeof value === 'string' ? [...text.encode(value)] : value;
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** One field as it lies in a message. For wire type 2 the payload is `[start, end)`; for type 0 `value` is the number. */
export interface WireField {
  readonly field: number;
  readonly type: number;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Thrown by `fields` for bytes that are no protobuf message. */
export class WireError extends Error {}

/**
 * The fields of the message in `bytes[start, end)`, one at a time.
 * @throws WireError for truncated, overlong or group-coded fields
 */
export function* fields(bytes: Uint8Array, start: number, end: number): Generator<WireField> {
  let at = start;
  const next = (): number => {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 10; index += 1) {
      if (at >= end) throw new WireError(`the file ends inside a number at byte ${at}`);
      const byte = bytes[at] as number;
      at += 1;
      // Numbers past 2^53 lose low bits here; no tag or length that large can be valid, and values are not used so.
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new WireError(`a number of more than 10 bytes at byte ${at}`);
  };
  while (at < end) {
    const tag = next();
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (field < 1 || field > 0x1fffffff) throw new WireError(`field number ${field} at byte ${at}`);
    if (type === 0) {
      const from = at;
      yield { field, type, value: next(), start: from, end: at };
      continue;
    }
    let length: number;
    if (type === 1) length = 8;
    else if (type === 2) length = next();
    else if (type === 5) length = 4;
    else throw new WireError(`wire type ${type} at byte ${at}`);
    if (length > end - at) throw new WireError(`field ${field} claims ${length} bytes at byte ${at}, ${end - at} are left`);
    const from = at;
    at += length;
    yield { field, type, value: length, start: from, end: at };
  }
}
