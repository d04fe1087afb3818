import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('every link of the API reference and the guides leads somewhere (look at them with: npm run reference)', { timeout: 240_000 }, () => {
  const root = join(import.meta.dirname, '..');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bootstrap.mjs', 'reference', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
});
