import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream';
import { HEADERS } from './src/policy.ts';

export interface ServeOptions {
  /** 0: any that is free. When it is taken, the next free one. */
  readonly port?: number;
  readonly host?: string;
  /** Path the folder is served below, with slashes at both ends. Default `/`. */
  readonly base?: string;
  /** False: none but the content type, as the plainest of web servers. Default: the playground's policy and isolation. */
  readonly headers?: Readonly<Record<string, string>> | false;
}

export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
};

/** Serves the files of a folder and nothing else. */
export async function serveFolder(folder: string, options: ServeOptions = {}): Promise<Served> {
  const { port = 0, host = '127.0.0.1', base = '/', headers = HEADERS } = options;
  const server = createServer(async ({ url = '/', method }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = path.startsWith(base) ? join(folder, normalize(`/${path.slice(base.length)}`)) : undefined;
    const wanted = file?.endsWith('/') ? join(file, 'index.html') : file;
    const found = wanted === undefined ? undefined : await stat(wanted).catch(() => undefined);
    if (wanted === undefined || !found?.isFile() || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is nothing here.');
      return;
    }
    response.writeHead(200, {
      'Content-Type': TYPES[extname(wanted)] ?? 'application/octet-stream',
      'Content-Length': found.size,
      // Names below assets/ change with their content.
      'Cache-Control': path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(headers === false ? {} : headers),
    });
    if (method === 'HEAD') response.end();
    else pipeline(createReadStream(wanted), response, () => undefined);
  });
  await listen(server, port, host);
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${host === '127.0.0.1' ? 'localhost' : host}:${taken}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && port !== 0) resolve(listen(server, port + 1, host));
      else reject(error);
    });
    server.listen(port, host, () => resolve());
  });
}
