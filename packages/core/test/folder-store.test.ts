import { fork } from 'node:child_process';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../src/folder-store.ts';

const fresh = (): Promise<string> => mkdtemp(join(tmpdir(), 'verilens-store-'));

describe('folderStore', () => {
  it('reads what was written, and undefined for what was not', async () => {
    const folder = join(await fresh(), 'made', 'on demand');
    const store = folderStore(folder);
    expect(await store.read('last.safetensors')).toBeUndefined();
    await store.write('last.safetensors', new Uint8Array([1, 2]));
    await store.write('last.safetensors', new Uint8Array([3]));
    expect(await folderStore(folder).read('last.safetensors')).toEqual(new Uint8Array([3]));
    expect(await readdir(folder)).toEqual(['last.safetensors']);
  });

  it.each(['../x', 'a/b', '.hidden', '', 'a\0b', '/etc/passwd'])('refuses the name %j', async (name) => {
    const store = folderStore(await fresh());
    await expect(store.write(name, new Uint8Array(1))).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(store.read(name)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('says so when the folder cannot be one', async () => {
    const file = join(await fresh(), 'file');
    await writeFile(file, '');
    await expect(folderStore(file).write('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'NOT_FOUND', place: join(file, 'a') });
  });

  it('clears drafts of killed processes, not of running ones', async () => {
    const folder = await fresh();
    await writeFile(join(folder, '.a.old.draft'), '');
    await writeFile(join(folder, '.a.new.draft'), '');
    await utimes(join(folder, '.a.old.draft'), 0, 0);
    await folderStore(folder).write('a', new Uint8Array(1));
    expect((await readdir(folder)).sort()).toEqual(['.a.new.draft', 'a']);
  });

  it('never shows a part of a write, with two processes writing and one of them killed', async () => {
    const folder = await fresh();
    const size = 200_000;
    const writer = join(folder, '..', `writer-${process.pid}.mjs`);
    await writeFile(
      writer,
      `import { tsImport } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
       const { folderStore } = await tsImport(${JSON.stringify(new URL('../src/folder-store.ts', import.meta.url).href)}, import.meta.url);
       const store = folderStore(${JSON.stringify(folder)});
       process.send('ready');
       for (;;) await store.write('state', new Uint8Array(${size}).fill(Number(process.argv[2])));`,
    );
    const children = ['1', '2'].map((fill) => fork(writer, [fill], { execArgv: [] }));
    await Promise.all(children.map((child) => new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject))));
    const store = folderStore(folder);
    const seen = new Set<number>();
    const check = async (): Promise<void> => {
      const bytes = await store.read('state');
      if (bytes === undefined) return;
      expect(bytes.length).toBe(size);
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
      seen.add(bytes[0]!);
    };
    const until = Date.now() + 30_000;
    while (seen.size < 2 && Date.now() < until) await check();
    children[0]!.kill('SIGKILL');
    for (let reads = 0; reads < 40; reads++) await check();
    for (const child of children) child.kill('SIGKILL');
    await check();
    expect(seen).toEqual(new Set([1, 2]));
  });
});
