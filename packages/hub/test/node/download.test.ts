import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '@verilens/runtime-native';
import { createImage } from '@verilens/vision';
import { expect, it, onTestFinished } from 'vitest';
import { openHubClassifier } from '../../src/index.ts';
import { downloadHubModel, planHubDownload } from '../../src/node.ts';
import { CONFIG, hubModel, PREPROCESSOR } from '../hub-folder.ts';

const model = hubModel();
const FILES: Readonly<Record<string, Uint8Array>> = {
  'config.json': new TextEncoder().encode(JSON.stringify(CONFIG)),
  'preprocessor_config.json': new TextEncoder().encode(JSON.stringify(PREPROCESSOR)),
  'onnx/model.onnx': model,
};

/** A hub of one model, `me/tiny`: its weights lie elsewhere, as on the real one. */
async function hub(handle?: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (handle?.(request, response)) return;
    const file = /^\/me\/tiny\/resolve\/main\/(.*)$/.exec(request.url!)?.[1];
    if (file === 'onnx/model.onnx') {
      const etag = `"${createHash('sha256').update(model).digest('hex')}"`;
      response.writeHead(302, { location: '/blob', 'x-linked-etag': etag }).end();
    } else if (request.url === '/blob') response.end(model);
    else if (file !== undefined && FILES[file] !== undefined)
      response.writeHead(200, { 'content-length': FILES[file].length }).end(request.method === 'HEAD' ? '' : FILES[file]);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const folder = await mkdtemp(join(tmpdir(), 'verilens-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, folder, asked };
}

it('fetches a model once, compares its SHA-256, and it runs', async () => {
  const { endpoint, folder, asked } = await hub();
  const seen: string[] = [];
  const found = await downloadHubModel('me/tiny', { folder, endpoint, onProgress: (file) => seen.push(file) });
  expect(found).toBe(join(folder, 'me', 'tiny', 'main'));
  expect(new Set(seen)).toEqual(new Set(Object.keys(FILES)));
  expect(new Uint8Array(await readFile(join(found, 'onnx/model.onnx')))).toEqual(model);
  await using runtime = await native({ device: 'cpu', threads: 1 });
  await using classifier = await openHubClassifier(found, { runtime });
  expect((await classifier.classify(createImage(9, 9, [250, 20, 20])))[0]!.label).toBe('red thing');
  const before = asked.length;
  await downloadHubModel('me/tiny', { folder, endpoint });
  expect(asked).toHaveLength(before);
});

it('tells sizes before anything is fetched, of what is not here yet, and asks nobody when all is', async () => {
  const methods: (string | undefined)[] = [];
  const { endpoint, folder, asked } = await hub((request, response) => {
    methods.push(request.method);
    // the hub's own way with large files: their size stands on the redirect
    if (request.url?.endsWith('model.onnx') !== true || request.method !== 'HEAD') return false;
    return Boolean(response.writeHead(302, { location: '/blob', 'x-linked-size': String(model.length) }).end());
  });
  const plan = await planHubDownload('me/tiny', { folder, endpoint });
  const sizes = Object.entries(FILES).map(([file, { length }]) => ({ file, bytes: length }));
  expect(plan).toEqual({ folder: join(folder, 'me', 'tiny', 'main'), host: new URL(endpoint).host, missing: sizes });
  expect(new Set(methods)).toEqual(new Set(['HEAD']));
  expect(await readdir(folder)).toEqual([]);
  await downloadHubModel('me/tiny', { folder, endpoint });
  const before = asked.length;
  expect((await planHubDownload('me/tiny', { folder, endpoint })).missing).toEqual([]);
  expect(asked).toHaveLength(before);
  await expect(planHubDownload('me/other', { folder, endpoint })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(planHubDownload('tiny', { folder, endpoint })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

it('leaves nothing behind of a file that is not the one named, cut off, too large or stopped', async () => {
  const left = async (folder: string) =>
    (await readdir(folder, { recursive: true })).filter((name) => name.includes('model') || name.includes('.part'));
  const altered = await hub((request, response) => request.url === '/blob' && Boolean(response.end(model.slice().fill(7, 40, 44))));
  await expect(downloadHubModel('me/tiny', altered)).rejects.toMatchObject({ code: 'BAD_MODEL' });
  expect(await left(altered.folder)).toEqual([]);
  const large = await hub();
  await expect(downloadHubModel('me/tiny', { ...large, maxBytes: 500 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(await left(large.folder)).toEqual([]);
  const stopped = await hub();
  const controller = new AbortController();
  const onProgress = (file: string): void => {
    if (file === 'config.json') controller.abort();
  };
  await expect(downloadHubModel('me/tiny', { ...stopped, signal: controller.signal, onProgress })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect(await left(stopped.folder)).toEqual([]);
});

it('says what is wrong with a name, a status, a hub that is away and one that runs in circles', async () => {
  const { endpoint, folder } = await hub();
  const at = { endpoint, folder };
  for (const id of ['tiny', '../../etc/passwd', 'me/../x', 'me/tiny/more', ''])
    await expect(downloadHubModel(id, at)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(downloadHubModel('me/tiny', { ...at, revision: '../x' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(downloadHubModel('me/other', at)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('404') });
  await expect(downloadHubModel('me/tiny', { folder, endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const secret = await hub((_, response) => Boolean(response.writeHead(401).end()));
  await expect(downloadHubModel('me/tiny', secret)).rejects.toMatchObject({ message: expect.stringContaining('private') });
  const circle = await hub((request, response) => Boolean(response.writeHead(302, { location: request.url! }).end()));
  await expect(downloadHubModel('me/tiny', circle)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('redirects'),
  });
});

it('sends a token to the hub alone', async () => {
  const tokens: (string | undefined)[] = [];
  const elsewhere = await hub(
    (request, response) => (tokens.push(request.headers.authorization), request.url === '/blob' && Boolean(response.end(model))),
  );
  const main = await hub((request, response) => {
    if (request.url?.endsWith('model.onnx') !== true) return false;
    tokens.push(request.headers.authorization);
    response.writeHead(302, { location: `${elsewhere.endpoint}/blob` }).end();
    return true;
  });
  await downloadHubModel('me/tiny', { endpoint: main.endpoint, folder: main.folder, token: 'secret' });
  expect(tokens).toEqual(['Bearer secret', undefined]);
});
