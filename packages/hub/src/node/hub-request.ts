import { throwIfAborted, VerilensError } from '@verilens/core';

/** Where hub models are asked for, and as whom. */
export interface HubAccess {
  /** Default: the environment's `HF_ENDPOINT`, or the hub. */
  readonly endpoint?: string;
  /** Sent as a bearer token, to the endpoint alone. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

const HUB = 'https://huggingface.co';
const HOPS = 5;

export function endpointOf({ endpoint = process.env['HF_ENDPOINT'] ?? HUB }: HubAccess): URL {
  return new URL(`${endpoint.replace(/\/+$/, '')}/`);
}

export interface HubFile {
  readonly id: string;
  readonly revision: string;
  /** Within the model's folder. */
  readonly file: string;
}

export interface HubAnswer {
  readonly response: Response;
  /** Named by the hub for large files. */
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
}

/**
 * The hub names a large file's size and SHA-256 on the redirect to where it lies; the token stays with the hub.
 * @throws VerilensError NOT_FOUND, ABORTED
 */
export async function askHub(method: 'GET' | 'HEAD', { id, revision, file }: HubFile, access: HubAccess): Promise<HubAnswer> {
  const { token, signal } = access;
  const place = `${id}/${file}`;
  const start = new URL(`${id}/resolve/${revision}/${file}`, endpointOf(access));
  let sha256: string | undefined;
  let size: string | null = null;
  let at = start;
  for (let hop = 0; hop < HOPS; hop++) {
    let response: Response;
    try {
      // sizes are those of the file itself, not of a compressed answer
      const headers = {
        'accept-encoding': 'identity',
        ...(token !== undefined && at.origin === start.origin ? { authorization: `Bearer ${token}` } : {}),
      };
      response = await fetch(at, { method, redirect: 'manual', signal, headers });
    } catch (cause) {
      throwIfAborted(signal, place);
      throw new VerilensError('NOT_FOUND', 'the hub cannot be reached', {
        place,
        got: (cause as Error).message,
        remedy: 'Check the network, or give the folder of a model that is already here.',
        cause,
      });
    }
    sha256 ??= /^"?([0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? '')?.[1];
    size ??= response.headers.get('x-linked-size');
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      at = new URL(location, at);
      continue;
    }
    if (response.ok) {
      const plain = response.headers.get('content-encoding') === null ? response.headers.get('content-length') : null;
      return { response, sha256, bytes: byteCount(plain ?? size) };
    }
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

function byteCount(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
