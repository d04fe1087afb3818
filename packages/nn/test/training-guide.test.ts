import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Runs docs/training.md's program as it stands, twice: the second time goes on from the first one's checkpoint. */
it('the program of docs/training.md is 40 lines, learns, exports and answers', async () => {
  const guide = await readFile(new URL('../../../docs/training.md', import.meta.url), 'utf8');
  const program = guide.slice(guide.indexOf('```ts\n') + 6, guide.indexOf('\n```\n'));
  expect(program.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//')).length).toBeLessThanOrEqual(40);
  const folder = await mkdtemp(join(tmpdir(), 'verilens-guide-'));
  const file = new URL('./training-guide.tmp.ts', import.meta.url);
  await writeFile(file, program);
  try {
    const tsx = import.meta.resolve('tsx');
    const args = ['--conditions=@verilens/source', '--import', tsx, fileURLToPath(file)];
    // checkpoints go below the folder the program runs in
    const run = async (): Promise<string> => (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
    const first = await run();
    expect(first).toMatch(/0 +conv2d +\[32, 8, 8, 8\] +80 +147,456/);
    expect(first).toMatch(/step 300: loss 0\.0\d\d/);
    expect(Number(/right: (\d+) of 32/.exec(first)![1])).toBeGreaterThanOrEqual(30);
    const second = await run();
    expect(second).not.toContain('step 300');
    expect(/right: .*/.exec(second)![0]).toBe(/right: .*/.exec(first)![0]);
  } finally {
    await rm(file);
    await rm(folder, { recursive: true });
  }
}, 60_000);
