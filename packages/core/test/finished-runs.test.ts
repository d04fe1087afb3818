import { expect, it } from 'vitest';
import { finishedRuns } from '../src/finished-runs.ts';

it('runs each name once, over processes with a store, and lets a failed run be tried again', async () => {
  const files = new Map<string, Uint8Array>();
  const store = {
    read: async (name: string) => files.get(name),
    write: async (name: string, bytes: Uint8Array) => void files.set(name, bytes),
  };
  let runs = 0;
  const run = async (): Promise<{ auc: number }> => ({ auc: ++runs });
  const first = finishedRuns(store);
  expect(await first('mine, v1/0', run)).toEqual({ auc: 1 });
  expect(await first('mine, v1/0', run)).toEqual({ auc: 1 });
  expect([...files.keys()]).toEqual(['mine_v1_0.json']);
  expect(await finishedRuns(store)('mine, v1/0', run)).toEqual({ auc: 1 });
  expect(await first('mine, v1/1', run)).toEqual({ auc: 2 });
  const alone = finishedRuns(undefined);
  await expect(alone('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect([await alone('x', run), await alone('x', run)]).toEqual([{ auc: 3 }, { auc: 3 }]);
});
