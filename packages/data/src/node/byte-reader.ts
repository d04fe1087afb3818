import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { throwIfAborted, VerilensError } from '@verilens/core';

/** Reads a file from front to back in pieces of a wanted size; memory does not grow with the file. */
export interface ByteReader extends AsyncDisposable {
  /** Bytes in the file; undefined where it is packed and they are only known at its end. */
  readonly size: number | undefined;
  /** The next `count` bytes, in a buffer of their own. @throws VerilensError BAD_INPUT when the file ends before */
  take(count: number): Promise<Uint8Array>;
  /** Whether nothing is left. */
  ended(): Promise<boolean>;
}

/**
 * @param path Ending in `.gz`: unpacked on the way.
 * @throws VerilensError NOT_FOUND; BAD_INPUT from `take` when a packed file is damaged
 */
export async function openBytes(path: string, place: string, signal?: AbortSignal): Promise<ByteReader> {
  throwIfAborted(signal, place);
  const info = await stat(path).catch((cause: unknown) => {
    throw new VerilensError('NOT_FOUND', 'the file cannot be read', { place, expected: 'a readable file', got: path, cause });
  });
  if (!info.isFile()) throw new VerilensError('BAD_INPUT', 'not a file', { place, expected: 'a file', got: path });
  const packed = path.endsWith('.gz');
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  const unpacked: Readable = packed ? source.pipe(createGunzip()) : source;
  if (packed) source.on('error', (error) => unpacked.destroy(error));
  const chunks = unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    throwIfAborted(signal, place);
    try {
      const { value, done } = await chunks.next();
      if (done === true) return false;
      rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
      return true;
    } catch (cause) {
      throw new VerilensError('BAD_INPUT', packed ? 'the packed file is damaged or cut off' : 'the file cannot be read', { place, cause });
    }
  };
  return {
    size: packed ? undefined : info.size,
    async take(count) {
      const out = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (rest.length === 0 && !(await more())) {
          throw new VerilensError('BAD_INPUT', 'the file ends too early', { place, expected: `${count - filled} more bytes` });
        }
        const part = rest.subarray(0, count - filled);
        out.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return out;
    },
    async ended() {
      while (rest.length === 0) if (!(await more())) return true;
      return false;
    },
    async [Symbol.asyncDispose]() {
      unpacked.destroy();
      source.destroy();
    },
  };
}
