import { throwIfAborted, VerilensError } from '../errors.ts';
import type { LoadOptions, ModelSource } from '../runtime.ts';
import { externalDataLocations, staysInside } from './external-data.ts';
import { nodeFiles, pathOf, readSource, type ReadOptions } from './files.ts';
import { checkModelHead } from './model-head.ts';
import { sha256 } from './sha256.ts';

/** A model that has passed every check that can be made without an engine. */
export interface CheckedModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Files beside the model that hold tensors, under the names the model uses. */
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly place: string;
}

/** Protobuf's own limit for one file. */
export const MAX_MODEL_BYTES: number = 2 ** 31 - 1;

/** What errors call the model. */
export function modelPlace(source: ModelSource, options: LoadOptions): string {
  const fallback = source instanceof Uint8Array ? 'given as bytes' : String(source);
  return `model ${options.name ?? options.card?.name ?? fallback}`;
}

/**
 * Reads a model and checks it before any engine sees it: kind of file, size, SHA-256 of the card, files it reaches for.
 * @throws VerilensError BAD_MODEL, NOT_FOUND, TOO_LARGE, UNSUPPORTED, BAD_INPUT, ABORTED
 */
export async function readModel(
  source: ModelSource,
  options: LoadOptions,
  limits: { maxBytes: number; fetches: boolean },
): Promise<CheckedModel> {
  const place = modelPlace(source, options);
  throwIfAborted(options.signal, place);
  const isBytes = source instanceof Uint8Array;
  if (!isBytes && typeof source !== 'string' && !(source instanceof URL)) {
    throw new VerilensError('BAD_INPUT', 'a model cannot be read from that', {
      place,
      expected: 'a Uint8Array, a URL or a string',
      got: typeof source,
    });
  }
  const reading: ReadOptions = { place, ...limits, signal: options.signal };
  const bytes = isBytes ? source : await readSource(source, reading);
  if (bytes.length > limits.maxBytes) {
    throw new VerilensError('TOO_LARGE', 'the model is larger than allowed', {
      place,
      expected: `at most ${limits.maxBytes} bytes`,
      got: `${bytes.length} bytes`,
    });
  }
  checkModelHead(bytes, place, isBytes ? 'the data' : String(source));
  const hash = await sha256(bytes);
  if (options.card !== undefined && hash !== options.card.sha256.toLowerCase()) {
    throw new VerilensError('BAD_MODEL', 'the bytes are not those of the model card', {
      place,
      expected: `SHA-256 ${options.card.sha256}`,
      got: `${hash} (${bytes.length} bytes)`,
      remedy: 'The file is damaged, altered or of another version; fetch model and card again, together.',
    });
  }
  const locations = externalDataLocations(bytes, place);
  const external = locations.length === 0 ? [] : await readExternal(isBytes ? undefined : pathOf(source), locations, options, reading);
  throwIfAborted(options.signal, place);
  return { bytes, sha256: hash, external, place };
}

/** Reads tensors kept beside the model, and nothing that lies outside its folder, links included. */
async function readExternal(
  modelPath: string | undefined,
  locations: readonly string[],
  options: LoadOptions,
  reading: ReadOptions,
): Promise<CheckedModel['external']> {
  const { place } = reading;
  const outside = locations.find((location) => !staysInside(location));
  if (outside !== undefined) {
    throw new VerilensError('BAD_MODEL', 'the model reaches for a file outside its folder', {
      place,
      expected: 'external data beside the model',
      got: JSON.stringify(outside.slice(0, 200)),
      remedy: 'Do not use this file unless you know who made it.',
    });
  }
  const node = nodeFiles();
  const inOneFile = 'Save the model as one file (onnx.save_model with save_as_external_data=False).';
  if (modelPath === undefined || node === undefined) {
    throw new VerilensError('BAD_MODEL', 'the model keeps tensors in other files', {
      place,
      expected: 'one self-contained file, or a model loaded from a file path',
      got: locations.slice(0, 3).join(', '),
      remedy: inOneFile,
    });
  }
  if (options.card !== undefined) {
    throw new VerilensError('BAD_MODEL', 'the model keeps tensors in other files, which the SHA-256 of its card does not cover', {
      place,
      got: locations.slice(0, 3).join(', '),
      remedy: inOneFile,
    });
  }
  const folder = await node.fs.realpath(node.path.dirname(modelPath));
  const external = [];
  let room = reading.maxBytes;
  for (const location of locations) {
    const path = node.path.resolve(node.path.dirname(modelPath), location);
    const real = await node.fs.realpath(path).catch((cause: unknown) => {
      throw new VerilensError('BAD_MODEL', `the file ${JSON.stringify(location)} the model needs is missing`, {
        place,
        expected: path,
        remedy: 'Fetch it too, or save the model as one file.',
        cause,
      });
    });
    if (!real.startsWith(folder.endsWith(node.path.sep) ? folder : folder + node.path.sep)) {
      throw new VerilensError('BAD_MODEL', 'the model reaches, through a link, for a file outside its folder', {
        place,
        expected: `a file in ${folder}`,
        got: real,
        remedy: 'Copy the file beside the model.',
      });
    }
    const data = await readSource(real, { ...reading, maxBytes: room });
    room -= data.length;
    external.push({ path: location, data });
  }
  return external;
}
