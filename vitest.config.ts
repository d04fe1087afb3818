import { defineConfig } from 'vitest/config';

const source = ['@verilens/source'];

/** Tests run from TypeScript sources through the private export condition; nothing is built first. */
export default defineConfig({
  resolve: { conditions: [...source, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [...source, 'module', 'node', 'development|production'], externalConditions: source } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'packages/plugins/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
