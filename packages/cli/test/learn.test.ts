import { type Image, type IncrementalLearner, type Plugin, VerilensError } from '@verilens/core';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brightness, installed, temporaryFolder, verilens } from './helpers.ts';

/** Knows a class by the brightness of its first picture. */
const lamp: Plugin<'incremental-learner'> = {
  name: 'lamp',
  role: 'incremental-learner',
  apiVersion: 1,
  async create({ runtime }): Promise<IncrementalLearner> {
    let known: [label: string, level: number][] = [];
    let sessions = 0;
    const level = ({ data }: Image): number => data[0]!;
    const info = { device: runtime.device, durationMs: 1 };
    return {
      name: 'lamp',
      get labels() {
        return known.map(([label]) => label);
      },
      get memory() {
        return { exemplars: known.length, bytes: 8 * known.length };
      },
      warmup: async () => undefined,
      exemplars: async () =>
        known.map(([label, own]) => ({ label, image: { data: new Uint8ClampedArray(4).fill(own), width: 1, height: 1 } })),
      async learn({ classes }, options) {
        if (classes.some(({ label }) => label === 'stop')) throw new VerilensError('ABORTED', 'cancelled by the caller', { place: 'lamp' });
        known = [...known, ...classes.map(({ label, images }): [string, number] => [label, level(images[0]!)])];
        options?.onProgress?.(1, 'looking');
        return { ...info, session: sessions++, labels: known.map(([label]) => label), memory: { exemplars: known.length, bytes: 1 } };
      },
      async predict(image) {
        const far = known.map(([label, own]) => ({ label, far: Math.abs(own - level(image)) })).sort((a, b) => a.far - b.far);
        return { ...info, labels: far.map(({ label }, i) => ({ label, score: i === 0 ? 1 : 0 })) };
      },
      save: async () => new TextEncoder().encode(JSON.stringify({ known, sessions })),
      async restore(bytes) {
        try {
          ({ known, sessions } = JSON.parse(new TextDecoder().decode(bytes)) as { known: typeof known; sessions: number });
        } catch (cause) {
          throw new VerilensError('BAD_INPUT', 'the file is damaged', { place: 'lamp', cause });
        }
      },
      dispose: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

const plugins = [installed(brightness()), installed(lamp)];
// files of the readers' kinds that the tests' own decoder reads
const FILES = {
  'lessons/1/dark/a.png': 'score 0.1',
  'lessons/1/bright/a.png': 'score 0.9',
  'lessons/1/bright/b.png': 'broken',
  'lessons/10/grey/a.png': 'score 0.5',
  'lessons/2/dim/a.png': 'score 0.3',
  'test/dark/x.png': 'score 0.12',
  'test/grey/x.png': 'score 0.52',
  'odd.png': 'broken',
};

it('learns folder after folder, in the order of their numbers, and writes what it knows', async () => {
  const folder = await temporaryFolder(FILES);
  const args = ['learn', 'lessons', '--learner', 'out.vl', '--test', 'test', '--exemplars', 'kept', '--json'];
  const { code, out, err } = await verilens(args, { folder, plugins });
  expect(code, err).toBe(0);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ folder: name, known, pictures, accuracy }) => [name, known, pictures, accuracy])).toEqual([
    ['1', 2, 2, 1],
    ['2', 3, 1, 1],
    ['10', 4, 1, 1],
  ]);
  expect(err).toContain('passed over 1/bright/b.png');
  expect(await readdir(join(folder, 'kept'))).toEqual(['bright-1.png', 'dark-1.png', 'dim-1.png', 'grey-1.png']);

  const said = await verilens(['predict', 'test', 'odd.png', '--learner', 'out.vl', '--top', '1'], { folder, plugins });
  expect(said).toMatchObject({ code: 2, err: expect.stringContaining('odd.png') });
  expect(said.out).toBe('test/dark/x.png: dark 1.00\ntest/grey/x.png: grey 1.00\n');
});

it('hands options to the factory of the learner', async () => {
  const folder = await temporaryFolder({ ...FILES, 'own.json': '{"preset":"tiny","weights":"./w"}' });
  let given: unknown;
  const asked = installed(lamp, { load: async (options) => ((given = options), lamp) });
  const args = ['learn', 'lessons', '--learner', 'out.vl', '--options', 'own.json'];
  expect((await verilens(args, { folder, plugins: [asked] })).code).toBe(0);
  expect(given).toEqual({ preset: 'tiny', weights: join(folder, 'w') });
});

it('is not trained beforehand: train says what to do instead', async () => {
  const folder = await temporaryFolder(FILES);
  const trainer = async () => ({ presets: [], train: () => Promise.reject(new Error('asked')) });
  const said = await verilens(['train', 'lamp', '--data', 'test'], { folder, plugins: [installed({ ...lamp, trainer })] });
  expect(said).toMatchObject({ code: 2, err: expect.stringMatching(/UNSUPPORTED \[lamp\].*verilens learn/) });
  expect((await readdir(folder)).includes('out')).toBe(false);
});

it('goes on from a file, and keeps what was learned before an interruption', async () => {
  const folder = await temporaryFolder({ ...FILES, 'more/1/black/a.png': 'score 0', 'more/2/stop/a.png': 'score 1' });
  await verilens(['learn', 'lessons', '--learner', 'out.vl'], { folder, plugins });
  const { code, err } = await verilens(['learn', 'more', '--learner', 'out.vl', '--continue', 'out.vl'], { folder, plugins });
  expect(code).toBe(130);
  expect(err).toContain('1 of 2 sessions');
  const saved = JSON.parse(await readFile(join(folder, 'out.vl'), 'utf8')) as { known: unknown[]; sessions: number };
  expect(saved).toMatchObject({ sessions: 4 });
  expect(saved.known).toHaveLength(5);
});

it('says what is wrong with folders and files', async () => {
  const folder = await temporaryFolder({
    ...FILES,
    'flat/a.png': 'score 1',
    'bare/1/a.png': 'score 1',
    'mixed/1/a.png': 'score 1',
    'mixed/2/cup/a.png': 'score 1',
    'unread/1/cup/a.png': 'broken',
    'bad.vl': 'no',
  });
  const said = async (...args: string[]) => verilens(args, { folder, plugins });
  const learn = (name: string, ...more: string[]) => said('learn', name, '--learner', 'o.vl', ...more);
  expect(await said('learn', 'lessons')).toMatchObject({ code: 64, err: expect.stringContaining('--learner') });
  expect(await learn('nowhere')).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
  expect(await learn('flat')).toMatchObject({ code: 2, err: expect.stringContaining('no session') });
  expect(await learn('bare')).toMatchObject({ code: 2, err: expect.stringContaining('bare/1/1') });
  expect(await learn('mixed')).toMatchObject({ code: 2, err: expect.stringContaining('no folder of a class') });
  expect(await learn('unread')).toMatchObject({ code: 2, err: expect.stringContaining('1/cup') });
  expect(await learn('lessons', '--continue', 'none.vl')).toMatchObject({ code: 2, err: expect.stringContaining('none.vl') });
  expect(await learn('lessons', '--continue', 'bad.vl')).toMatchObject({ code: 2, err: expect.stringContaining('damaged') });
  expect(await said('predict', 'odd.png', '--learner', 'bad.vl')).toMatchObject({ code: 2, err: expect.stringContaining('damaged') });
});

it('writes reports: the curve of sessions, what is mixed up, the pictures kept; and each picture with its name', async () => {
  const folder = await temporaryFolder({ ...FILES, 'test/dim/x.png': 'score 0.45', 'test/dim/y.png': 'score 0.3' });
  const args = ['learn', 'lessons', '--learner', 'out.vl', '--test', 'test', '--report', 'learn.html'];
  const learned = await verilens(args, { folder, plugins });
  expect(learned, learned.err).toMatchObject({ code: 0, err: expect.stringContaining('Report: ') });
  const page = await readFile(join(folder, 'learn.html'), 'utf8');
  expect(page).toContain('1: 100.0 %; 2: 100.0 %; 10: 75.0 %');
  expect(page).toContain('title="dim called grey: 1"');
  expect(page).toContain('<td class="num">1 of 2</td><td class="num">50.0 %</td>');
  expect(page.match(/A picture kept of/g)).toHaveLength(4);

  const predicted = await verilens(['predict', 'test', 'odd.png', '--learner', 'out.vl', '--report', 'names.html'], { folder, plugins });
  expect(predicted.code).toBe(2);
  const names = await readFile(join(folder, 'names.html'), 'utf8');
  expect(names.match(/alt="The input"/g)).toHaveLength(4);
  expect(names).toContain('4 classes known');
  expect(names).toContain('odd.png');
});

it('writes a report of what was learned before an interruption, and none when nothing was', async () => {
  const folder = await temporaryFolder({
    ...FILES,
    'more/1/black/a.png': 'score 0',
    'more/2/stop/a.png': 'score 1',
    'none/1/stop/a.png': 'score 1',
  });
  const said = await verilens(['learn', 'more', '--learner', 'out.vl', '--report', 'more.html'], { folder, plugins });
  expect(said.code).toBe(130);
  expect(await readFile(join(folder, 'more.html'), 'utf8')).toContain('The run was interrupted');
  expect((await verilens(['learn', 'none', '--learner', 'o.vl', '--report', 'none.html'], { folder, plugins })).code).toBe(130);
  expect((await readdir(folder)).filter((name) => name.startsWith('none.html'))).toEqual([]);
});
