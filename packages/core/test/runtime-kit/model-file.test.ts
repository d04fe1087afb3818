import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSource } from '../../src/runtime-kit/files.ts';
import { readModel } from '../../src/runtime-kit/model-file.ts';
import { probeModel } from '../../src/runtime-kit/probe-model.ts';
import { bytesField, numberField } from '../../src/runtime-kit/wire.ts';

const limits = { maxBytes: 1_000_000, fetches: false };
const withExternal = (location: string): Uint8Array => {
  const tensor = [...bytesField(13, [...bytesField(1, 'location'), ...bytesField(2, location)]), ...numberField(14, 1)];
  return Uint8Array.from([...numberField(1, 8), ...bytesField(7, bytesField(5, tensor))]);
};

let folder: string;
let models: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-model-'));
  models = join(folder, 'models');
  await mkdir(join(models, 'parts'), { recursive: true });
  await writeFile(join(folder, 'secret.bin'), 'secret');
  await writeFile(join(models, 'parts', 'weights.bin'), Uint8Array.of(1, 2, 3, 4));
  await writeFile(join(models, 'plain.onnx'), probeModel());
  await writeFile(join(models, 'split.onnx'), withExternal('parts/weights.bin'));
  await writeFile(join(models, 'missing.onnx'), withExternal('nowhere.bin'));
  await writeFile(join(models, 'linked.onnx'), withExternal('link.bin'));
  await symlink(join(folder, 'secret.bin'), join(models, 'link.bin'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readModel', () => {
  it('reads a path and a file URL alike', async () => {
    const path = join(models, 'plain.onnx');
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      const model = await readModel(source, {}, limits);
      expect(model.bytes).toEqual(probeModel());
      expect(model.external).toEqual([]);
      expect(model.place).toContain('plain.onnx');
    }
  });

  it('reads tensors kept inside the folder of the model', async () => {
    const model = await readModel(join(models, 'split.onnx'), {}, limits);
    expect(model.external).toEqual([{ path: 'parts/weights.bin', data: Uint8Array.of(1, 2, 3, 4) }]);
  });

  it('refuses them when a card vouches for the model alone', async () => {
    const { sha256 } = await readModel(join(models, 'split.onnx'), {}, limits);
    const card = { name: 'split', version: '1', sha256, licence: 'MIT', inputs: [], outputs: [], notes: [] };
    await expect(readModel(join(models, 'split.onnx'), { card }, limits)).rejects.toMatchObject({
      code: 'BAD_MODEL',
      place: 'model split',
    });
  });

  it('refuses a link that leads out of the folder', async () => {
    await expect(readModel(join(models, 'linked.onnx'), {}, limits)).rejects.toMatchObject({
      code: 'BAD_MODEL',
      message: expect.stringContaining('outside its folder'),
    });
  });

  it('names the file that is missing', async () => {
    await expect(readModel(join(models, 'missing.onnx'), {}, limits)).rejects.toMatchObject({
      code: 'BAD_MODEL',
      message: expect.stringContaining('nowhere.bin'),
    });
  });

  it('counts tensors beside the model into the size limit', async () => {
    const size = withExternal('parts/weights.bin').length;
    await expect(readModel(join(models, 'split.onnx'), {}, { maxBytes: size, fetches: false })).resolves.toBeDefined();
    await expect(readModel(join(models, 'split.onnx'), {}, { maxBytes: size - 1, fetches: false })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });

  it.each([
    ['a folder', (): string => models, 'NOT_FOUND'],
    ['a missing file', (): string => join(models, 'no.onnx'), 'NOT_FOUND'],
    ['a path with a null byte', (): string => 'a\0b', 'NOT_FOUND'],
    ['a number', (): string => 7 as unknown as string, 'BAD_INPUT'],
    ['an address where none may be fetched', (): string => 'http://localhost/model.onnx', 'UNSUPPORTED'],
  ])('refuses %s', async (_, source, code) => {
    await expect(readModel(source(), {}, limits)).rejects.toMatchObject({ code });
  });
});

describe('readSource over http', () => {
  let server: Server;
  let base: string;
  const reading = { place: 'test', maxBytes: 100, fetches: true };

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/small') response.end('hello');
      else if (request.url === '/huge') {
        // No length is announced: the limit has to hold while the body flows.
        const pour = (): void =>
          void (response.destroyed || response.write('x'.repeat(50)) ? setImmediate(pour) : response.once('drain', pour));
        pour();
      } else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '50' });
        response.write('half', () => response.destroy());
      } else if (request.url === '/slow') response.write('a');
      else response.writeHead(404).end('<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('gives the bytes', async () => {
    expect(new TextDecoder().decode(await readSource(`${base}/small`, reading))).toBe('hello');
  });

  it.each([
    ['/missing', 'NOT_FOUND'],
    ['/huge', 'TOO_LARGE'],
    ['/cut', 'NOT_FOUND'],
  ])('refuses %s with %s', async (path, code) => {
    await expect(readSource(base + path, reading)).rejects.toMatchObject({ code });
  });

  it('stops when the signal fires', async () => {
    await expect(readSource(`${base}/slow`, { ...reading, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
