import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BenchDocument } from '../document.ts';
import { committedResults, freshReadme, readmeFile } from '../readme.ts';
import { formatTable } from '../table.ts';
import { interleave, median, quantile } from '../timing.ts';

const made: BenchDocument = {
  bench: 'made-up',
  command: 'npm run -s bench -- made-up',
  date: '2026-01-01T00:00:00.000Z',
  machine: { cores: 2, model: 'a machine', memoryGiB: 8, loadBefore: 0, othersShare: 0 },
  versions: { node: '20' },
  settings: {},
  rows: [{ ms: 1.5, ratio: null }],
  notes: ['A note.'],
};

describe('README of the benchmarks', () => {
  const readme = readFileSync(readmeFile, 'utf8');

  it('shows the committed results', () => {
    expect(freshReadme(readme)).toBe(readme);
  });

  it('would be stale if a result changed or came', () => {
    expect(freshReadme(readme, [...committedResults(), made])).not.toBe(readme);
    const shown = freshReadme(readme, [made]);
    expect(shown).toContain('| 1.5 | - |');
    expect(freshReadme(shown, [made])).toBe(shown);
    expect(freshReadme(shown, [{ ...made, rows: [{ ms: 1.6 }] }])).not.toBe(shown);
  });

  it.each(committedResults().map((document) => [document.bench, document] as const))(
    '%s says how, where and when it was measured',
    (_, document) => {
      expect(document.command).toMatch(/^npm run -s bench -- /);
      expect(document.date).toMatch(/^\d{4}-\d\d-\d\dT/);
      expect(document.machine.cores).toBeGreaterThan(0);
      expect(document.versions['node']).toBeDefined();
      expect(document.rows.length).toBeGreaterThan(0);
    },
  );

  it('says so when the machine was not quiet', () => {
    const at = (othersShare: number): string => formatTable({ ...made, machine: { ...made.machine, othersShare } });
    expect(at(0.4)).toContain('not quiet: other processes took 40 %');
    expect(at(0.01)).not.toContain('not quiet');
  });
});

describe('timing', () => {
  it('takes quantiles by interpolation', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 10], 0.1)).toBe(1);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('interleaves contenders and leaves out the first of each block', async () => {
    const order: string[] = [];
    const fake = (name: string): { name: string; repeat: (count: number) => Promise<number[]> } => ({
      name,
      repeat: async (count) => {
        order.push(name);
        return Array.from({ length: count }, (_, i) => (i === 0 ? 1000 : 10));
      },
    });
    const times = await interleave([fake('a'), fake('b')], { rounds: 2, blockMs: 30 });
    expect(order).toEqual(['a', 'b', 'a', 'b', 'b', 'a']);
    expect(times.get('a')).toEqual([10, 10, 10, 10, 10, 10]);
    expect(times.get('b')).toHaveLength(6);
  });
});
