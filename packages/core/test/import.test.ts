import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('importing core and its Node entry changes no global and loads no library but the tensor type', async () => {
  const script = `
    const before = Reflect.ownKeys(Reflect).length + Object.keys(globalThis).length;
    const { createRequire } = await import('node:module');
    const core = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    await import(${JSON.stringify(new URL('../src/node.ts', import.meta.url).href)});
    const after = Reflect.ownKeys(Reflect).length + Object.keys(globalThis).length;
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => /tsyringe|reflect-metadata|fast-glob/.test(file));
    console.log(JSON.stringify({ changed: after - before, loaded, exports: typeof core.createEngine }));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script],
    {
      cwd: import.meta.dirname,
    },
  );
  expect(JSON.parse(stdout)).toEqual({ changed: 0, loaded: [], exports: 'function' });
});
