import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted, VerilensError } from '@verilens/core';
import { WEIGHTS } from '../hub-classifier.ts';

export interface DownloadOptions {
  /** Models go below it, as `<owner>/<name>/<revision>`. */
  readonly folder: string;
  /** A branch, tag or commit. Default `main`; name a commit for results that are to be repeated. */
  readonly revision?: string;
  /** Which weights. Default `fp32`. */
  readonly weights?: string;
  /** Default: the environment's `HF_ENDPOINT`, or the hub. */
  readonly endpoint?: string;
  /** Sent as a bearer token, to the endpoint alone. */
  readonly token?: string;
  /** No file may be larger. Default 4 GiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (file: string, bytes: number, total: number | undefined) => void;
}

const HUB = 'https://huggingface.co';
const HOPS = 5;

/**
 * Fetches what `openHubClassifier` needs of a hub model, and gives its folder. The only place of this package that reaches a network,
 * and only when it is called. Files that are there already are kept; each is whole or not there, and compared with the hub's SHA-256
 * where it gives one.
 * @param id `owner/name`
 * @throws VerilensError BAD_OPTION, NOT_FOUND, BAD_MODEL for bytes of another SHA-256, TOO_LARGE, ABORTED
 */
export async function downloadHubModel(id: string, options: DownloadOptions): Promise<string> {
  const { revision = 'main', weights = 'fp32' } = options;
  const ending = WEIGHTS[weights];
  if (!/^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$/.test(id) || id.includes('..'))
    throw new VerilensError('BAD_OPTION', 'no name of a hub model', { place: 'hub', expected: 'owner/name', got: id.slice(0, 80) });
  if (!/^[\w][\w.-]{0,127}$/.test(revision) || ending === undefined)
    throw new VerilensError('BAD_OPTION', 'revision or weights cannot be used', {
      place: id,
      expected: `a branch, tag or commit; one of ${Object.keys(WEIGHTS).join(', ')}`,
      got: `${revision}, ${weights}`,
    });
  const folder = join(options.folder, ...id.split('/'), revision);
  for (const file of ['config.json', 'preprocessor_config.json', `onnx/model${ending}.onnx`]) {
    throwIfAborted(options.signal, id);
    if (!(await isThere(join(folder, file)))) await fetchFile(id, revision, file, join(folder, file), options);
  }
  return folder;
}

async function fetchFile(id: string, revision: string, file: string, path: string, options: DownloadOptions): Promise<void> {
  const { maxBytes = 2 ** 32, signal, onProgress } = options;
  const endpoint = options.endpoint ?? process.env['HF_ENDPOINT'] ?? HUB;
  const place = `${id}/${file}`;
  const { response, sha256 } = await follow(
    new URL(`${id}/resolve/${revision}/${file}`, `${endpoint.replace(/\/+$/, '')}/`),
    place,
    options,
  );
  const declared = Number(response.headers.get('content-length') ?? NaN);
  const total = Number.isFinite(declared) ? declared : undefined;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.part`;
  const hash = createHash('sha256');
  try {
    const out = await open(draft, 'w');
    try {
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        throwIfAborted(signal, place);
        bytes += chunk.length;
        if (bytes > maxBytes)
          throw new VerilensError('TOO_LARGE', 'the file is too large', { place, expected: `at most ${maxBytes} bytes` });
        hash.update(chunk);
        await out.write(chunk);
        onProgress?.(file, bytes, total);
      }
      if (total !== undefined && response.headers.get('content-encoding') === null && bytes !== total)
        throw new VerilensError('BAD_MODEL', 'the file was cut off', { place, expected: `${total} bytes`, got: String(bytes) });
    } finally {
      await out.close();
    }
    const found = hash.digest('hex');
    if (sha256 !== undefined && found !== sha256)
      throw new VerilensError('BAD_MODEL', 'the file is not the one the hub names', { place, expected: `SHA-256 ${sha256}`, got: found });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throwIfAborted(signal, place);
    throw error;
  }
}

/** The hub names a large file's SHA-256 on the redirect to where it lies; the token stays with the hub. */
async function follow(
  start: URL,
  place: string,
  { token, signal }: DownloadOptions,
): Promise<{ readonly response: Response; readonly sha256: string | undefined }> {
  let sha256: string | undefined;
  let at = start;
  for (let hop = 0; hop < HOPS; hop++) {
    let response: Response;
    try {
      const headers = token !== undefined && at.origin === start.origin ? { authorization: `Bearer ${token}` } : undefined;
      response = await fetch(at, { redirect: 'manual', signal, headers });
    } catch (cause) {
      throwIfAborted(signal, place);
      throw new VerilensError('NOT_FOUND', 'the hub cannot be reached', {
        place,
        got: (cause as Error).message,
        remedy: 'Check the network, or give the folder of a model that is already here.',
        cause,
      });
    }
    const named = /^"?([0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? '')?.[1];
    sha256 ??= named;
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      at = new URL(location, at);
      continue;
    }
    if (response.ok) return { response, sha256 };
    await response.body?.cancel();
    throw new VerilensError('NOT_FOUND', 'the hub does not give this file', {
      place,
      got: `status ${response.status}`,
      remedy:
        response.status === 401 || response.status === 403
          ? 'The model is private or needs consent: give a token, or another model.'
          : 'Check the name and that the model was exported to ONNX (a folder onnx/).',
    });
  }
  throw new VerilensError('NOT_FOUND', 'the hub redirects without end', { place, got: `${HOPS} redirects` });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}
