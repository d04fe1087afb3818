import { throwIfAborted, VerilensError } from '../errors.ts';

export interface ReadOptions {
  readonly place: string;
  /** Refused above this many bytes. */
  readonly maxBytes: number;
  /** True where http(s) addresses may be fetched. */
  readonly fetches: boolean;
  readonly signal?: AbortSignal;
}

interface NodeFiles {
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
  readonly url: typeof import('node:url');
}

/** Node's file modules, or undefined in browsers. No import statement names them, so that bundlers for browsers have nothing to resolve. */
export function nodeFiles(): NodeFiles | undefined {
  const load = (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule as NodeJS.Process['getBuiltinModule'] | undefined;
  if (load === undefined) return undefined;
  return { fs: load('node:fs/promises'), path: load('node:path'), url: load('node:url') };
}

/** Path of a file source in Node; undefined for http(s) addresses and in browsers. */
export function pathOf(source: URL | string): string | undefined {
  const node = nodeFiles();
  if (node === undefined) return undefined;
  if (source instanceof URL || /^file:/i.test(source)) {
    const url = new URL(source);
    return url.protocol === 'file:' ? node.path.resolve(node.url.fileURLToPath(url)) : undefined;
  }
  return /^https?:/i.test(source) ? undefined : node.path.resolve(source);
}

/**
 * Bytes of a file (Node: path or file URL) or of an http(s) address (where `fetches`).
 * @throws VerilensError NOT_FOUND, TOO_LARGE, UNSUPPORTED, BAD_INPUT, ABORTED
 */
export async function readSource(source: URL | string, options: ReadOptions): Promise<Uint8Array> {
  throwIfAborted(options.signal, options.place);
  let path: string | undefined;
  try {
    path = pathOf(source);
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', `${String(source)} is no usable address`, {
      place: options.place,
      expected: 'a file path, a file URL or an http(s) URL',
      cause,
    });
  }
  return path === undefined ? readAddress(source, options) : readFile(path, options);
}

const tooLarge = (what: string, bytes: number, options: ReadOptions): VerilensError =>
  new VerilensError('TOO_LARGE', `${what} is larger than allowed`, {
    place: options.place,
    expected: `at most ${options.maxBytes} bytes`,
    got: `${bytes} bytes`,
  });

async function readFile(path: string, options: ReadOptions): Promise<Uint8Array> {
  const { fs } = nodeFiles() as NodeFiles;
  try {
    const stat = await fs.stat(path);
    // A pipe or device could deliver for ever.
    if (!stat.isFile())
      throw new VerilensError('NOT_FOUND', `${path} is not a file`, {
        place: options.place,
        expected: 'a regular file',
        got: stat.isDirectory() ? 'a folder' : 'a device or pipe',
      });
    if (stat.size > options.maxBytes) throw tooLarge(path, stat.size, options);
    const buffer = await fs.readFile(path, { signal: options.signal });
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof VerilensError) throw cause;
    throwIfAborted(options.signal, options.place);
    const code = (cause as { code?: string }).code ?? String(cause);
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : `it cannot be read (${code})`;
    throw new VerilensError('NOT_FOUND', `${path}: ${why}`, { place: options.place, cause });
  }
}

async function readAddress(source: URL | string, options: ReadOptions): Promise<Uint8Array> {
  const base = (globalThis.document as Document | undefined)?.baseURI ?? (globalThis.location as Location | undefined)?.href;
  const { place, signal } = options;
  let url: URL;
  try {
    url = new URL(source, base);
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', `${String(source)} is no usable address`, { place, expected: 'a URL', cause });
  }
  if (!options.fetches) {
    throw new VerilensError('UNSUPPORTED', `${url.href} is not a file`, {
      place,
      expected: 'a file path, a file URL or bytes',
      got: `a ${url.protocol} address`,
      remedy: 'Fetch it yourself and hand over the bytes.',
    });
  }
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throwIfAborted(signal, place);
    throw new VerilensError('NOT_FOUND', `${url.href} could not be fetched`, {
      place,
      got: String(cause),
      remedy: 'Check the address, the connection and, across origins, the CORS headers.',
      cause,
    });
  }
  if (!response.ok)
    throw new VerilensError('NOT_FOUND', `${url.href} could not be fetched`, { place, got: `HTTP status ${response.status}` });
  const claimed = Number(response.headers.get('content-length') ?? 0);
  if (claimed > options.maxBytes) throw tooLarge(url.href, claimed, options);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      length += part.value.length;
      if (length > options.maxBytes) {
        await reader?.cancel();
        throw tooLarge(url.href, length, options);
      }
      chunks.push(part.value);
    }
  } catch (cause) {
    if (cause instanceof VerilensError) throw cause;
    throwIfAborted(signal, place);
    throw new VerilensError('NOT_FOUND', `${url.href} broke off after ${length} bytes`, { place, got: String(cause), cause });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
