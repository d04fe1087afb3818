import { describe, expect, it } from 'vitest';
import { deviceQueue, runQueue } from '../../src/runtime-kit/queue.ts';

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('runQueue', () => {
  it('never overlaps tasks and keeps their order', async () => {
    const queue = runQueue();
    const log: string[] = [];
    let running = 0;
    const task = (name: string) => async (): Promise<string> => {
      running += 1;
      expect(running).toBe(1);
      await tick();
      running -= 1;
      log.push(name);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => queue.add(task(name), 'q')))).toEqual(['a', 'b', 'c', 'd']);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on after a task that fails', async () => {
    const queue = runQueue();
    const failed = queue.add(() => Promise.reject(new Error('no')), 'q');
    const next = queue.add(() => Promise.resolve(7), 'q');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe(7);
  });

  it('drops a waiting task whose signal fires and never starts it', async () => {
    const queue = runQueue();
    const controller = new AbortController();
    let started = false;
    const first = queue.add(tick, 'q');
    const second = queue.add(
      async () => {
        started = true;
      },
      'q',
      controller.signal,
    );
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'ABORTED' });
    await first;
    await tick();
    expect(started).toBe(false);
  });

  it('lets a started task finish although its signal fires', async () => {
    const queue = runQueue();
    const controller = new AbortController();
    const running = queue.add(
      async () => {
        controller.abort();
        await tick();
        return 'done';
      },
      'q',
      controller.signal,
    );
    expect(await running).toBe('done');
  });

  it('is one for each device', () => {
    expect(deviceQueue('test gpu')).toBe(deviceQueue('test gpu'));
    expect(deviceQueue('test gpu')).not.toBe(deviceQueue('test cpu'));
  });
});
