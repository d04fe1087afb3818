/**
 * Keeps the page for use without a network. The build writes in which files there are and a version made of their
 * contents; a new version is fetched whole before it takes the place of the old one.
 */
import { HEADERS } from './policy.ts';

interface Precache {
  readonly version: string;
  /** Relative to this file. */
  readonly files: readonly string[];
}

/** Just enough of the service worker's global scope; the DOM library has another one. */
interface Scope {
  readonly __PRECACHE__: Precache;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void;
  addEventListener(
    type: 'fetch',
    listener: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
}

const scope = self as unknown as Scope;
const { version, files } = scope.__PRECACHE__;
const root = scope.registration.scope;
const prefix = `verilens-playground ${root} `;
const name = prefix + version;

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(root)) event.respondWith(answer(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(name);
  // Past the browser's own cache: a static server may let it keep an old index.html.
  await cache.addAll(files.map((file) => new Request(new URL(file, root), { cache: file.startsWith('assets/') ? 'default' : 'reload' })));
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
  await scope.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(name);
  const key = request.mode === 'navigate' ? new URL('index.html', root) : request;
  const kept = await cache.match(key, { ignoreSearch: true });
  if (kept !== undefined) return guarded(kept);
  const fresh = await fetch(request);
  // The WebGPU build of ONNX Runtime is kept once somebody used it.
  if (fresh.ok && new URL(request.url).pathname.includes('/assets/')) await cache.put(request, fresh.clone());
  return guarded(fresh);
}

/** With the headers that make the page isolated, whatever the server sent. */
function guarded(response: Response): Response {
  if (response.type === 'opaque' || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [header, value] of Object.entries(HEADERS)) headers.set(header, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
