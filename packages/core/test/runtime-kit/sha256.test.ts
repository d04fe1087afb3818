import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256, sha256InScript } from '../../src/runtime-kit/sha256.ts';

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 31 + length) % 256);

describe('sha256', () => {
  // Around the block size of 64 and the padding boundary at 56.
  it.each([0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70_001])(
    'agrees with Node for %d bytes, with and without Web Crypto',
    async (length) => {
      const bytes = bytesOf(length);
      const expected = createHash('sha256').update(bytes).digest('hex');
      expect(await sha256(bytes)).toBe(expected);
      expect(Buffer.from(sha256InScript(bytes)).toString('hex')).toBe(expected);
    },
  );

  it('reads views at an offset', async () => {
    const bytes = bytesOf(300).subarray(17, 200);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(await sha256(bytes)).toBe(expected);
    expect(Buffer.from(sha256InScript(bytes)).toString('hex')).toBe(expected);
  });
});
