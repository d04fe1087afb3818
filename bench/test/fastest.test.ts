import { describe, expect, it } from 'vitest';
import { fastest } from '../fastest.ts';
import type { Contender } from '../timing.ts';

/** Takes `ms` a repetition, but `disturbed` of them in its first `blocks` blocks; counts the blocks. */
function setting(name: string, ms: number, disturbed = ms, blocks = 0): Contender & { count: number } {
  const made = {
    name,
    count: 0,
    async repeat(count: number) {
      made.count += 1;
      return Array.from({ length: count }, () => (made.count <= blocks ? disturbed : ms));
    },
  };
  return made;
}

const options = { rounds: 3, blockMs: 30 };

describe('fastest', () => {
  it('takes the smaller median although one block of it was disturbed', async () => {
    const good = setting('good', 10, 40, 2); // the first block only finds out how many repetitions fit
    const chosen = await fastest([setting('slow', 14), good, setting('slower', 30)], options);
    expect(chosen).toBe(good);
  });

  it('tries those near the fastest again, and only those', async () => {
    const [a, b, far] = [setting('a', 10), setting('b', 10.5), setting('far', 20)];
    expect(await fastest([b, far, a], { ...options, again: 2 })).toBe(a);
    expect([a.count, b.count, far.count]).toEqual([12, 12, 4]);
  });

  it('does not time a single setting', async () => {
    const only = setting('only', 1);
    expect(await fastest([only], options)).toBe(only);
    expect(only.count).toBe(0);
  });
});
