import { VerilensError } from '@verilens/core';

/** A named tensor of parameters or state. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const PLACE = 'nn safetensors';
const MAX_HEADER = 100 * 1024 * 1024;

function bad(summary: string, expected: string, got: string, cause?: unknown): VerilensError {
  return new VerilensError('BAD_MODEL', summary, {
    place: PLACE,
    expected,
    got,
    remedy: 'The file is damaged or was not written as safetensors: fetch or write it again.',
    cause,
  });
}

/** Bytes of a safetensors file. Names are sorted, so equal content gives equal bytes. */
export function writeSafetensors(tensors: ReadonlyMap<string, NamedTensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = {};
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) header['__metadata__'] = Object.fromEntries(keys.map((key) => [key, metadata[key]]));
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    header[name] = { dtype: data instanceof Float32Array ? 'F32' : 'I32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of F32 and I32 tensors. Nothing in the header is trusted: sizes, offsets, overlaps and gaps are checked.
 * @throws VerilensError BAD_MODEL
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.length < 8) throw bad('too short', 'at least 8 bytes', `${bytes.length} bytes`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(MAX_HEADER, bytes.length - 8)))
    throw bad('the header is longer than the file', `at most ${Math.min(MAX_HEADER, bytes.length - 8)} bytes`, `${headerLength} bytes`);
  const end = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, end));
  const body = bytes.subarray(end);
  const tensors = new Map<string, NamedTensor>();
  const ranges: { name: string; from: number; to: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = checkMetadata(entry);
      continue;
    }
    const { tensor, from, to } = readTensor(name, entry, body);
    tensors.set(name, tensor);
    ranges.push({ name, from, to });
  }
  checkCover(ranges, body.length);
  return { tensors, metadata };
}

function parseHeader(json: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw bad('the header is not JSON', 'a JSON object', 'something else', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw bad('the header is not an object', 'a JSON object', typeof header);
  return header as Record<string, unknown>;
}

function checkMetadata(entry: unknown): Record<string, string> {
  const sound =
    typeof entry === 'object' && entry !== null && !Array.isArray(entry) && Object.values(entry).every((v) => typeof v === 'string');
  if (!sound) throw bad('the metadata are not strings', 'an object of strings', JSON.stringify(entry)?.slice(0, 80) ?? 'nothing');
  return { ...(entry as Record<string, string>) };
}

const isSize = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;

function readTensor(name: string, entry: unknown, body: Uint8Array): { tensor: NamedTensor; from: number; to: number } {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (typeof entry === 'object' && entry !== null ? entry : {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F32' && dtype !== 'I32') throw bad(`tensor "${name}" has a type we do not read`, 'F32 or I32', String(dtype));
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw bad(`tensor "${name}" has no sound shape`, 'whole numbers >= 0', JSON.stringify(shape)?.slice(0, 80) ?? 'nothing');
  const sizes: number[] = shape;
  const [from, to] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  const count = sizes.reduce((a, b) => a * b, 1);
  if (!isSize(from) || !isSize(to) || to > body.length || to - from !== count * 4) {
    throw bad(
      `tensor "${name}" lies outside the file or does not fit its shape`,
      `${count * 4} bytes for [${sizes.join(', ')}] within ${body.length}`,
      `offsets ${JSON.stringify(offsets)?.slice(0, 80) ?? 'missing'}`,
    );
  }
  const copy = new Uint8Array(body.subarray(from, to)).buffer; // slice() of a Buffer, as Node reads files, would copy nothing
  return { tensor: { shape: sizes, data: dtype === 'F32' ? new Float32Array(copy) : new Int32Array(copy) }, from, to };
}

function checkCover(ranges: { name: string; from: number; to: number }[], length: number): void {
  ranges.sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  for (const { name, from, to } of ranges) {
    if (from !== at)
      throw bad(`tensor "${name}" ${from < at ? 'overlaps another' : 'leaves a gap before it'}`, `a start at byte ${at}`, `byte ${from}`);
    at = to;
  }
  if (at !== length) throw bad('bytes after the last tensor', `${at} bytes of data`, `${length}`);
}
