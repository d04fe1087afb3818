import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readmesWithTables } from '../scripts/result-tables.ts';

it('READMEs show the committed results (mend with: npm run tables)', () => {
  const wanted = readmesWithTables(join(import.meta.dirname, '..'));
  expect(wanted.size).toBeGreaterThan(0);
  for (const [file, text] of wanted) expect(readFileSync(file, 'utf8')).toBe(text);
});
