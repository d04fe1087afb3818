import { expect, it } from 'vitest';
import { lifecycle } from '../src/lifecycle.ts';

it('times calls, refuses them when cancelled or disposed, and frees once', async () => {
  let freed = 0;
  const life = lifecycle('here', async () => void freed++);
  expect(life.begin()()).toBeGreaterThanOrEqual(0);
  expect(() => life.begin(AbortSignal.abort())).toThrow(expect.objectContaining({ code: 'ABORTED', place: 'here' }));
  expect(life.ended).toBe(false);
  await life.dispose();
  expect(life.ended).toBe(true);
  await life.dispose();
  expect(freed).toBe(1);
  expect(() => life.begin()).toThrow(expect.objectContaining({ code: 'DISPOSED', place: 'here' }));
});
