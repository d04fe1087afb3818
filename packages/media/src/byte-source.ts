import { VerilensError } from '@verilens/core';

/** Bytes to read from: a file, a buffer, a blob, a URL with ranges, or a stream that is read once. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Undefined for streams. */
  readonly size: number | undefined;
  /** Path on disk, if it has one. */
  readonly path?: string;
  /** The first bytes, up to 64 KiB. */
  readonly head: Uint8Array;
  /** Bytes from start to end (exclusive), fewer at the end of the source. Not for streams. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Everything, for still pictures. @throws VerilensError TOO_LARGE above `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** For streams: the whole stream, `head` included. */
  stream?(): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

export const HEAD_BYTES = 65536;

/** A source over random access. */
export async function byteSource(
  name: string,
  size: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
  close: () => Promise<void> = async () => {},
  path?: string,
): Promise<ByteSource> {
  const head = await read(0, Math.min(size, HEAD_BYTES));
  return {
    name,
    size,
    path,
    head,
    read: (start, end) =>
      end <= head.length
        ? Promise.resolve(head.subarray(start, end))
        : start >= size
          ? Promise.resolve(new Uint8Array(0))
          : read(start, Math.min(end, size)),
    async bytes(limit) {
      if (size > limit) throw tooManyBytes(name, limit, `${size}`);
      return size <= head.length ? head : await read(0, size);
    },
    close,
  };
}

export function bytesSource(bytes: Uint8Array): Promise<ByteSource> {
  return byteSource('bytes', bytes.length, async (start, end) => bytes.subarray(start, end));
}

export function blobSource(blob: Blob): Promise<ByteSource> {
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'blob';
  return byteSource(name, blob.size, async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()));
}

/** A source over a stream: the head is read at once, the rest when asked for. */
export async function streamSource(name: string, stream: ReadableStream<Uint8Array>): Promise<ByteSource> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let done = false;
  const pull = async (): Promise<Uint8Array | undefined> => {
    const next = await reader.read();
    if (next.done) {
      done = true;
      return undefined;
    }
    if (!(next.value instanceof Uint8Array)) {
      throw new VerilensError('BAD_INPUT', 'the stream does not give bytes', {
        place: `media ${name}`,
        expected: 'a ReadableStream of Uint8Array',
        got: typeof next.value,
      });
    }
    return next.value;
  };
  while (!done && length < HEAD_BYTES) {
    const chunk = await pull();
    if (chunk !== undefined) {
      chunks.push(chunk);
      length += chunk.length;
    }
  }
  const head = concatenate(chunks);
  let used = false;
  const claim = (): void => {
    if (used)
      throw new VerilensError('BAD_INPUT', 'a stream can be read only once', {
        place: `media ${name}`,
        remedy: 'Open a file, a blob or bytes to go over it again.',
      });
    used = true;
  };
  return {
    name,
    size: undefined,
    head,
    read() {
      throw new VerilensError('UNSUPPORTED', 'a stream has no random access', { place: `media ${name}` });
    },
    async bytes(limit) {
      claim();
      const parts = [head];
      let total = head.length;
      while (!done) {
        if (total > limit) throw tooManyBytes(name, limit, `more than ${limit}`);
        const chunk = await pull();
        if (chunk !== undefined) {
          parts.push(chunk);
          total += chunk.length;
        }
      }
      return concatenate(parts);
    },
    stream() {
      claim();
      return new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(head.slice()),
        async pull(controller) {
          const chunk = done ? undefined : await pull();
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
        cancel: (reason) => reader.cancel(reason),
      });
    },
    close: () => reader.cancel().catch(() => undefined),
  };
}

/** A source over HTTP: ranges where the server has them, else the answer as a stream. */
export async function urlSource(url: string | URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  const name = String(url);
  const place = `media ${name}`;
  let answer: Response;
  try {
    answer = await fetch(url, { headers: { range: `bytes=0-${HEAD_BYTES - 1}` }, signal });
  } catch (cause) {
    if (signal?.aborted) throw new VerilensError('ABORTED', 'cancelled by the caller', { place, cause });
    throw new VerilensError('NOT_FOUND', 'the address cannot be reached', {
      place,
      cause,
      remedy: 'Check the address, the network and, in a browser, cross-origin rules.',
    });
  }
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new VerilensError('NOT_FOUND', 'the server did not give the file', {
      place,
      expected: 'status 200 or 206',
      got: `${answer.status} ${answer.statusText}`,
    });
  }
  const size = Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1]);
  if (answer.status !== 206 || !Number.isInteger(size)) return streamSource(name, answer.body);
  const first = new Uint8Array(await answer.arrayBuffer());
  return byteSource(name, size, async (start, end) => {
    if (end <= first.length) return first.subarray(start, end);
    const part = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` }, signal });
    if (part.status !== 206)
      throw new VerilensError('BAD_INPUT', 'the server stopped answering ranges', { place, expected: 'status 206', got: `${part.status}` });
    return new Uint8Array(await part.arrayBuffer());
  });
}

function tooManyBytes(name: string, limit: number, got: string): VerilensError {
  return new VerilensError('TOO_LARGE', 'the picture file is too large', {
    place: `media ${name}`,
    expected: `at most ${limit} bytes`,
    got: `${got} bytes`,
    remedy: 'Raise maxImageBytes if the file is trusted.',
  });
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
