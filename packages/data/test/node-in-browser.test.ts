import { expect, it } from 'vitest';

it('is a typed error in a page, where there are no files', async () => {
  await expect(import('../src/node-in-browser.ts')).rejects.toMatchObject({ code: 'UNSUPPORTED', place: '@verilens/data/node' });
});
