import type { ByteSource } from './byte-source.ts';
import type { Format } from './sniff.ts';

/**
 * Whether the outermost boxes (MP4, MOV) or elements (WebM, MKV) promise more bytes than the file has.
 * Returns a sentence for the error message, or undefined when the file is whole or does not say.
 */
export async function findTruncation(source: ByteSource, format: Format): Promise<string | undefined> {
  if (source.size === undefined) return undefined;
  if (format === 'mp4' || format === 'mov') return boxes(source, source.size);
  if (format === 'webm' || format === 'mkv') return segment(source, source.size);
  return undefined;
}

async function boxes(source: ByteSource, size: number): Promise<string | undefined> {
  let offset = 0;
  for (let count = 0; offset < size && count < 100_000; count++) {
    const head = await source.read(offset, offset + 16);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.length < 8) return `${size - offset} stray bytes at the end`;
    let length = view.getUint32(0);
    const type = String.fromCharCode(...head.subarray(4, 8));
    if (length === 0) return undefined; // to the end of the file
    if (length === 1) {
      if (head.length < 16) return `box "${type}" is cut off`;
      length = Number(view.getBigUint64(8));
    }
    if (length < 8) return undefined; // not a box: trailing padding
    if (offset + length > size) return `box "${type}" has ${offset + length - size} of its ${length} bytes missing`;
    offset += length;
  }
  return undefined;
}

async function segment(source: ByteSource, size: number): Promise<string | undefined> {
  const head = source.head;
  const header = element(head, 0);
  if (header?.length === undefined) return undefined;
  const body = element(head, header.body + header.length);
  if (body?.length === undefined) return undefined; // live recordings leave the length open
  const end = body.body + body.length;
  return end > size ? `the segment has ${end - size} of its ${body.length} bytes missing` : undefined;
}

/** An EBML element's head: where its body begins, and its length unless left open. */
function element(bytes: Uint8Array, offset: number): { body: number; length: number | undefined } | undefined {
  const first = bytes[offset];
  if (first === undefined || first === 0) return undefined;
  const lengthAt = offset + Math.clz32(first) - 23; // an id of n bytes begins with n - 1 zero bits
  const marker = bytes[lengthAt];
  if (marker === undefined || marker === 0) return undefined;
  const count = Math.clz32(marker) - 23;
  let length = marker & (0xff >> count);
  let open = length === 0xff >> count;
  for (let i = 1; i < count; i++) {
    const byte = bytes[lengthAt + i];
    if (byte === undefined) return undefined;
    open &&= byte === 0xff;
    length = length * 256 + byte;
  }
  return { body: lengthAt + count, length: open ? undefined : length };
}
