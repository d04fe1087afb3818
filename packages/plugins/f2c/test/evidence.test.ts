import { native } from '@verilens/runtime-native';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { trainer } from '../src/trainer.ts';

const photographs = existsSync('/usr/lib/python3/dist-packages/skimage/data/coffee.png');

it.skipIf(!photographs)('evidence runs in its quick form (skipped without the photographs of python3-skimage)', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const report = await trainer.evidence!({ runtime, seeds: [0], quick: true });
  expect(report.rows.map(({ setting }) => setting)).toContain('clean, f2c, trained on vae');
  const control = report.rows[0]!.measures['control']!.mean;
  expect(control).toBeGreaterThanOrEqual(0);
  expect(control).toBeLessThanOrEqual(1);
  expect(report.rows.some(({ setting }) => setting === 'real less generated log power, super-resolution')).toBe(true);
});
