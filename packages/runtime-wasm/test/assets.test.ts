import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasm } from '../src/index.ts';

const FILE = 'ort-wasm-simd-threaded.wasm';
const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
let folder: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-assets-'));
  // What single-page applications answer to every address they do not know.
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>app</title>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const failure = async (assets: string | URL): Promise<Error> =>
  wasm({ threads: 1, assets }).then(
    () => expect.fail('it started'),
    (error: Error) => error,
  );

/** In order: a build of ONNX Runtime Web starts once in a process, so the attempt that works comes last. */
describe.sequential('the folder of the WebAssembly file', () => {
  it('that lacks it is named, with the file to serve', async () => {
    const error = await failure(folder);
    expect(error).toMatchObject({ code: 'NO_DEVICE' });
    expect(error.message).toContain(FILE);
    expect(error.message).toContain(folder);
  });

  it('that answers with a page is told apart', async () => {
    const error = await failure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/assets`);
    expect(error).toMatchObject({ code: 'NO_DEVICE' });
    expect(error.message).toContain('HTML page');
    expect(error.message).toContain(`Serve "${FILE}"`);
  });

  it('that holds another file is told apart', async () => {
    await writeFile(join(folder, FILE), 'nothing of the kind');
    expect((await failure(folder)).message).toContain('6e 6f 74 68');
  });

  it('that holds it is used', async () => {
    await copyFile(join(dist, FILE), join(folder, FILE));
    await using runtime = await wasm({ threads: 1, assets: pathToFileURL(folder) });
    expect(runtime).toMatchObject({ device: 'wasm', threads: 1 });
  });
});
