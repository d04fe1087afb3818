import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../src');

describe('the main entry', () => {
  it('is fit for browsers: only what lies behind ./node imports modules of Node', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(10);
    const impure = files.filter((file) => /(from|import\() ?'(node:|[./]*node[./])/.test(readFileSync(join(source, file), 'utf8')));
    expect(impure.length).toBeGreaterThan(0);
    expect(impure.filter((file) => file !== 'node.ts' && !file.startsWith('node'))).toEqual([]);
  });
});
