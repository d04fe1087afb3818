import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { browserGuide } from '../scripts/browser-guide.ts';
import { opTable } from '../scripts/op-table.ts';
import { readmesWithTables } from '../scripts/result-tables.ts';

it('READMEs and pictures show the committed results (mend with: npm run tables)', () => {
  const wanted = readmesWithTables(join(import.meta.dirname, '..'));
  expect(wanted.size).toBeGreaterThan(0);
  for (const [file, text] of wanted) expect(readFileSync(file, 'utf8')).toBe(text);
});

it('docs/ops.md shows the committed errors of the op table (mend with: npm run tables)', () => {
  const root = join(import.meta.dirname, '..');
  expect(readFileSync(join(root, 'docs/ops.md'), 'utf8')).toBe(opTable(root));
});

it('docs/browser.md shows the committed measurement (mend with: npm run tables)', () => {
  const root = join(import.meta.dirname, '..');
  expect(readFileSync(join(root, 'docs/browser.md'), 'utf8')).toBe(browserGuide(root));
});
