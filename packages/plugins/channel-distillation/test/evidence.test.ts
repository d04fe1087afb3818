import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { channelDistillation } from '../src/index.ts';

it('reruns its claims in a quick form, answers each, and goes on from finished runs', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const trainer = await channelDistillation().trainer!();
  const files = new Map<string, Uint8Array>();
  const writes: string[] = [];
  const checkpoints = {
    read: async (name: string) => files.get(name),
    write: async (name: string, bytes: Uint8Array) => {
      writes.push(name);
      files.set(name, bytes);
    },
  };
  const options = { runtime, seeds: [0, 1], quick: true, checkpoints };
  const report = await trainer.evidence!(options);
  expect(report.method).toBe('channel-distillation');
  expect(report.rows.map(({ setting }) => setting)).toEqual(
    expect.arrayContaining([
      'light features, distilled',
      'light features, principal components',
      'filters and noise, chosen on one sample',
    ]),
  );
  for (const { measures } of report.rows) expect(measures['success']!.values).toHaveLength(2);
  for (const { answer, because } of report.findings) {
    expect(['yes', 'no', 'not separable']).toContain(answer);
    expect(because).not.toContain('NaN');
  }
  expect(writes).toHaveLength(2);
  expect(await trainer.evidence!(options)).toEqual(report);
  expect(writes).toHaveLength(2);
  await expect(trainer.evidence!({ ...options, seeds: [5], signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(trainer.train(undefined, { runtime, preset: 'small', seed: 0 })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
}, 120_000);
