import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Runs the README's example as a program of its own, with a check added at its end. */
it('the example of the README runs and learns', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = readme.slice(readme.indexOf('```ts\n') + 6, readme.indexOf('\n```\n'));
  const file = new URL('./readme-example.tmp.ts', import.meta.url);
  await writeFile(
    file,
    `${example}\nconst last = await trainer.step(ring(1000), 0);\nconsole.log(JSON.stringify({ loss: last.loss, bytes: onnx.length }));\n`,
  );
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@verilens/source', '--import', 'tsx', fileURLToPath(file)],
      { cwd: fileURLToPath(new URL('../../..', import.meta.url)) },
    );
    const { loss, bytes } = JSON.parse(stdout) as { loss: number; bytes: number };
    expect(loss).toBeLessThan(0.2);
    expect(bytes).toBeGreaterThan(100);
  } finally {
    await rm(file);
  }
});
