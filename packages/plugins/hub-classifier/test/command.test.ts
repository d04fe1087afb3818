import { installedToolkit, run } from '@verilens/cli';
import { encodePng } from '@verilens/media';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { modelFolder } from './model-folder.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-hub-command-'));
  model = await modelFolder();
  const data = Uint8ClampedArray.from({ length: 20 * 20 * 4 }, (_, i) => (i % 4 === 3 ? 255 : 150));
  await writeFile(join(folder, 'photo.png'), await encodePng({ data, width: 20, height: 20 }));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(model, { recursive: true, force: true });
});

/** The whole command with the plugins that are installed here. */
async function verilens(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const terminal = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const code = await run([...args, '--device', 'cpu', '--threads', '1'], {
    terminal: { ...terminal, outIsTty: false, errIsTty: false, colour: false, columns: 80 },
    folder,
    signal: new AbortController().signal,
    toolkit: { ...installedToolkit(), plugins: () => installedToolkit().plugins(import.meta.dirname) },
  });
  return { code, out, err };
}

const detect = (...args: string[]): ReturnType<typeof verilens> => verilens('detect', 'photo.png', '--plugin', 'hub-classifier', ...args);

it('judges by the model of a folder', async () => {
  const { code, out, err } = await detect('--model', model, '--json');
  expect([code, err]).toEqual([0, '']);
  const { status, models } = JSON.parse(out) as { status: string; models: { name: string; score: number }[] };
  expect([status, models[0]!.name]).toEqual(['MANIPULATED', `hub-classifier/${basename(model)}`]);
  expect(models[0]!.score).toBeCloseTo(1 / (1 + Math.exp(-10 * (150 / 127.5 - 1))), 4);
});

it('takes labels from a file of options, and says what cannot be', async () => {
  await writeFile(join(folder, 'labels.json'), JSON.stringify({ generated: ['human'] }));
  expect(JSON.parse((await detect('--model', model, '--options', 'labels.json', '--json')).out)).toMatchObject({ status: 'AUTHENTIC' });
  expect(await detect('--model', 'no/where')).toMatchObject({ code: 2, err: expect.stringContaining('hub:no/where') });
  expect(await detect('--model', folder)).toMatchObject({ code: 2, err: expect.stringContaining('config.json') });
  expect(await detect('--download')).toMatchObject({ code: 64 });
  expect(await detect()).toMatchObject({ code: 0, out: expect.stringContaining('no model was named') });
});

it('says the size of a hub model first, and fetches it with leave only', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.method!);
    const file = /^\/me\/tiny\/resolve\/main\/(.*)$/.exec(request.url!)?.[1];
    if (file === undefined) return void response.writeHead(404).end();
    void readFile(join(model, file)).then((bytes) => {
      const etag = createHash('sha256').update(bytes).digest('hex');
      response.writeHead(200, { 'content-length': bytes.length, 'x-linked-etag': `"${etag}"` }).end(request.method === 'HEAD' ? '' : bytes);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('VERILENS_HUB_CACHE', join(folder, 'cache'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const refused = await detect('--model', 'hub:me/tiny');
  expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/0\.0 MB in 3 files to fetch from 127\.0\.0\.1:\d+.*--download/s) });
  expect(new Set(asked)).toEqual(new Set(['HEAD']));
  const fetched = await detect('--model', 'hub:me/tiny', '--download', '--json');
  expect(fetched).toMatchObject({ code: 0, err: expect.stringContaining('me/tiny: 0.0 MB in 3 files from 127.0.0.1') });
  expect(JSON.parse(fetched.out)).toMatchObject({ status: 'MANIPULATED', models: [{ name: 'hub-classifier/me/tiny' }] });
  asked.length = 0;
  expect(await detect('--model', 'hub:me/tiny')).toMatchObject({ code: 0, err: '' });
  expect(asked).toEqual([]);
});
