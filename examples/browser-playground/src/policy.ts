/**
 * What the page may do, said three times so that no server can forget it: in the page itself, by our server, and by the
 * service worker on everything it serves.
 */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  // WebAssembly is compiled, never text.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  // Pictures and videos the person chose.
  "img-src 'self' blob: data:",
  'media-src blob:',
  "manifest-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

/** Without cross-origin isolation WASM has one thread. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
