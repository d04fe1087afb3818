import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted, VerilensError } from '@verilens/core';
import { WEIGHTS } from '../hub-classifier.ts';
import { askHub, endpointOf, type HubAccess, type HubFile } from './hub-request.ts';

export interface HubModelChoice extends HubAccess {
  /** Models go below it, as `<owner>/<name>/<revision>`. */
  readonly folder: string;
  /** A branch, tag or commit. Default `main`; name a commit for results that are to be repeated. */
  readonly revision?: string;
  /** Which weights. Default `fp32`. */
  readonly weights?: string;
}

export interface DownloadOptions extends HubModelChoice {
  /** No file may be larger. Default 4 GiB. */
  readonly maxBytes?: number;
  readonly onProgress?: (file: string, bytes: number, total: number | undefined) => void;
}

/** What a download would bring. */
export interface DownloadPlan {
  /** Where the model is, or would be. */
  readonly folder: string;
  /** Who would be asked for it. */
  readonly host: string;
  /** Empty when everything is there already; sizes as far as the hub tells them. */
  readonly missing: readonly { readonly file: string; readonly bytes: number | undefined }[];
}

/**
 * Asks for the sizes of the files of a hub model that are not here yet, to show them before anything is fetched. Nothing is asked of
 * a network when all are here.
 * @param id `owner/name`
 * @throws VerilensError BAD_OPTION, NOT_FOUND, ABORTED
 */
export async function planHubDownload(id: string, options: HubModelChoice): Promise<DownloadPlan> {
  const { folder, files } = hubModel(id, options);
  const missing: { file: string; bytes: number | undefined }[] = [];
  for (const one of files) {
    throwIfAborted(options.signal, id);
    if (await isThere(join(folder, one.file))) continue;
    missing.push({ file: one.file, bytes: (await askHub('HEAD', one, options)).bytes });
  }
  return { folder, host: endpointOf(options).host, missing };
}

/**
 * Fetches what `openHubClassifier` needs of a hub model, and gives its folder. The only part of this package that fetches, and only
 * when it is called. Files that are there already are kept; each is whole or not there, and compared with the hub's SHA-256
 * where it gives one.
 * @param id `owner/name`
 * @throws VerilensError BAD_OPTION, NOT_FOUND, BAD_MODEL for bytes of another SHA-256, TOO_LARGE, ABORTED
 */
export async function downloadHubModel(id: string, options: DownloadOptions): Promise<string> {
  const { folder, files } = hubModel(id, options);
  for (const one of files) {
    throwIfAborted(options.signal, id);
    if (!(await isThere(join(folder, one.file)))) await fetchFile(one, join(folder, one.file), options);
  }
  return folder;
}

/** Where a model goes and what it consists of. @throws VerilensError BAD_OPTION for a name, revision or weights that cannot be */
function hubModel(
  id: string,
  { folder, revision = 'main', weights = 'fp32' }: HubModelChoice,
): { readonly folder: string; readonly files: readonly HubFile[] } {
  const ending = WEIGHTS[weights];
  if (!/^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$/.test(id) || id.includes('..'))
    throw new VerilensError('BAD_OPTION', 'no name of a hub model', { place: 'hub', expected: 'owner/name', got: id.slice(0, 80) });
  if (!/^[\w][\w.-]{0,127}$/.test(revision) || ending === undefined)
    throw new VerilensError('BAD_OPTION', 'revision or weights cannot be used', {
      place: id,
      expected: `a branch, tag or commit; one of ${Object.keys(WEIGHTS).join(', ')}`,
      got: `${revision}, ${weights}`,
    });
  const files = ['config.json', 'preprocessor_config.json', `onnx/model${ending}.onnx`];
  return { folder: join(folder, ...id.split('/'), revision), files: files.map((file) => ({ id, revision, file })) };
}

async function fetchFile(wanted: HubFile, path: string, options: DownloadOptions): Promise<void> {
  const { maxBytes = 2 ** 32, signal, onProgress } = options;
  const { file } = wanted;
  const place = `${wanted.id}/${file}`;
  const { response, sha256, bytes: total } = await askHub('GET', wanted, options);
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
      if (total !== undefined && bytes !== total)
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

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}
