import { type EvidenceOptions, VerilensError } from '@verilens/core';
import { expect, it } from 'vitest';
import { type EvidenceSet, evidenceOverSets } from '../src/index.ts';

const here = (name: string, value: number): EvidenceSet<number> => ({ name, open: async () => value });
const away: EvidenceSet<number> = {
  name: 'clothes',
  open: () => Promise.reject(new VerilensError('NOT_FOUND', 'no clothes', { place: 'data', remedy: 'apt install clothes' })),
};
const measured = (mean: number) => ({
  rows: [{ setting: 'share', measures: { right: { mean, sd: 0, values: [mean] } } }],
  findings: [{ claim: 'it works', answer: 'yes' as const, because: `${mean}` }],
  notes: ['few pictures'],
});

it('measures each installed set under its name, and says how to get the others', async () => {
  const progress: [string, number][] = [];
  const options = { onProgress: (message: string, fraction: number) => progress.push([message, fraction]) } as unknown as EvidenceOptions;
  const report = await evidenceOverSets([here('digits', 0.5), away, here('emoji', 0.25)], options, async (set, value, own) => {
    own.onProgress?.(`${set.name.length} letters`, 0.5);
    return measured(value);
  });
  expect(report.rows.map(({ setting, measures }) => [setting, measures['right']!.mean])).toEqual([
    ['digits: share', 0.5],
    ['emoji: share', 0.25],
  ]);
  expect(report.findings.map(({ claim }) => claim)).toEqual(['digits: it works', 'emoji: it works']);
  expect(report.notes.slice(0, 2)).toEqual(['digits: few pictures', 'emoji: few pictures']);
  expect(report.notes[2]).toMatch(/^clothes: left out\..*apt install clothes/);
  expect(progress[0]).toEqual(['digits, 6 letters', 0.5 / 3]);
  expect(progress[1]).toEqual(['emoji, 5 letters', 2.5 / 3]);
});

it('refuses to say anything of no set, and hides no other failure', async () => {
  const options = {} as EvidenceOptions;
  await expect(evidenceOverSets([away], options, async () => measured(1))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('apt install clothes'),
  });
  const broken: EvidenceSet<number> = { name: 'broken', open: () => Promise.reject(new Error('disk')) };
  await expect(evidenceOverSets([broken], options, async () => measured(1))).rejects.toThrow('disk');
});
