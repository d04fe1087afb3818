import { describe, expect, it } from 'vitest';
import { broadcast } from '../src/broadcast.ts';
import { watched } from './helpers.ts';

const read = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
};

describe('broadcast', () => {
  it('gives every consumer every item and reads the source once', async () => {
    const source = watched([1, 2, 3, 4, 5]);
    expect(await Promise.all(broadcast(source, 3).map(read))).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    expect([source.pulled, source.closed]).toEqual([5, 1]);
  });

  it('waits for the slowest, never more than its buffer ahead', async () => {
    const source = watched(Array.from({ length: 50 }, (_, index) => index));
    const [fast, slow] = broadcast(source, 2, { buffer: 3 });
    const fastDone = read(fast!);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(source.pulled).toBe(3);
    let taken = 0;
    for await (const _ of slow!) {
      taken++;
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(source.pulled - taken).toBeLessThanOrEqual(3);
    }
    expect((await fastDone).length).toBe(50);
  });

  it('leaves out a consumer that closes early and closes the source with the last', async () => {
    const source = watched(Array.from({ length: 50 }, (_, index) => index));
    const [a, b] = broadcast(source, 2);
    await a!.next();
    await a!.return!();
    for (let count = 0; count < 20; count++) await b!.next();
    expect(source.closed).toBe(0);
    await b!.return!();
    expect(source.closed).toBe(1);
    expect(source.pulled).toBeLessThan(25);
    expect(await b!.next()).toEqual({ done: true, value: undefined });
  });

  it('routes', async () => {
    const [even, odd] = broadcast(watched([1, 2, 3, 4]), 2, { route: (item) => [item % 2] });
    expect(await Promise.all([read(even!), read(odd!)])).toEqual([
      [2, 4],
      [1, 3],
    ]);
  });

  it('tells every consumer of an error after the items before it', async () => {
    async function* failing() {
      yield 1;
      throw new Error('cable cut');
    }
    const outcomes = await Promise.allSettled(broadcast(failing(), 2).map(read));
    expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual(['cable cut', 'cable cut']);
  });
});
