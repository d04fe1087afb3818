import type { EvidenceReport } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import committed from '../results/evidence.json' with { type: 'json' };
import { cd2 } from '../src/index.ts';

const require = createRequire(import.meta.url);
const there = existsSync('/usr/share/datasets/fashion-mnist') && existsSync(require.resolve('mnist/package.json'));

/** Claims asked of each data set, and of one that has other pictures of what was learned. */
const CONDITIONS = 11;
const HANDS_SEEN = 4;

it.skipIf(!there)('reruns the claims in a short form (needs the Debian package dataset-fashion-mnist)', { timeout: 120_000 }, async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const trainer = await cd2().trainer!();
  const progress: number[] = [];
  const report = await trainer.evidence!({ runtime, seeds: [0], quick: true, onProgress: (_, fraction) => progress.push(fraction) });
  const row = (setting: string) => report.rows.find((own) => own.setting === `digits and clothes: ${setting}`)!.measures;
  expect(row('sessions, CD2')['average']!.mean).toBeGreaterThan(row('sessions, fine-tuning of everything')['average']!.mean);
  expect(row('sessions, CD2')['drift']!.mean).toBeLessThan(row('sessions, CD2 without retention')['drift']!.mean);
  const memory = row('memory, two pictures a class');
  expect(memory['made, seen']!.mean).toBeLessThan(memory['real, seen']!.mean / 3);
  // the emoji are no dependency of anything: left out with how to get them, or run as well
  const emoji = report.rows.filter(({ setting }) => setting.startsWith('emoji: '));
  const note = report.notes.find((text) => text.startsWith('emoji: '))!;
  expect(emoji.length === 0 ? note : 'npm install').toContain('npm install');
  expect(report.findings).toHaveLength(emoji.length === 0 ? CONDITIONS : 2 * CONDITIONS + HANDS_SEEN);
  const seen = emoji.find(({ setting }) => setting === 'emoji: sessions, CD2')?.measures;
  expect(seen === undefined || seen['hands seen, first']!.mean > seen['session 0']!.mean).toBe(true);
  expect(progress.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
});

it('the committed results are of five seeds on both data sets', () => {
  const { seeds, rows, findings } = committed as unknown as EvidenceReport & { readonly seeds: readonly number[] };
  expect(seeds).toEqual([0, 1, 2, 3, 4]);
  for (const [set, conditions] of [
    ['digits and clothes', CONDITIONS],
    ['emoji', CONDITIONS + HANDS_SEEN],
  ] as const) {
    const own = rows.find(({ setting }) => setting === `${set}: sessions, CD2`)!;
    expect(own.measures['average']!.values).toHaveLength(seeds.length);
    expect(findings.filter(({ claim }) => claim.startsWith(`${set}: `))).toHaveLength(conditions);
  }
});
