import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sparkline } from '../src/sparkline.ts';
import { trainingHistory } from '../src/training-history.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verilens-history-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (step: number) => ({ step, steps: 99, loss: 1 / step, learningRate: 0.1, metrics: { gradientNorm: 1 } });
const stored = async (): Promise<number[]> =>
  (JSON.parse(await readFile(join(folder, 'training.json'), 'utf8')) as { step: number }[]).map(({ step }) => step);

describe('the history of a training run', () => {
  it('goes on where a stopped run was, without the steps done twice', async () => {
    const first = await trainingHistory(folder);
    for (let step = 1; step <= 7; step++) first.add(at(step));
    await first.write('stdt small', 'cpu');
    const second = await trainingHistory(folder);
    // the last checkpoint was that of step 5
    for (let step = 6; step <= 9; step++) second.add(at(step));
    await second.write('stdt small', 'cpu');
    expect(await stored()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await readFile(join(folder, 'training.html'), 'utf8')).toMatch(/stdt small[\s\S]*gradientNorm[\s\S]*learning rate/);
  });

  it('stays small however long the run', async () => {
    const history = await trainingHistory(folder);
    for (let step = 1; step <= 50_000; step++) history.add(at(step));
    expect(history.losses().length).toBeLessThanOrEqual(4000);
    expect(history.losses().length).toBeGreaterThan(1500);
  });

  it('begins anew from a file that is none, and writes nothing of nothing', async () => {
    await writeFile(join(folder, 'training.json'), '{"step":');
    const history = await trainingHistory(folder);
    expect(history.losses()).toEqual([]);
    await history.write('x', 'y');
    await expect(readFile(join(folder, 'training.html'))).rejects.toThrow('ENOENT');
  });
});

it('a sparkline shows the course of values in little room', () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8)).toBe('█▇▆▅▄▃▂▁');
  expect(sparkline([1, 3, 5, 7], 2)).toBe('▁█');
  expect(sparkline([2, NaN, 2], 5)).toBe('▁▁');
  expect(sparkline([], 5)).toBe('');
});
