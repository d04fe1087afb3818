import { throwIfAborted } from '@verilens/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface FileFacts {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Size and SHA-256 of a file, read as a stream. */
export async function fileFacts(path: string, signal?: AbortSignal): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    throwIfAborted(signal, path);
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
