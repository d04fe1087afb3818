import { type EvidenceReport, type Trainer, VerilensError } from '@verilens/core';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brightness, installed, temporaryFolder, verilens } from './helpers.ts';

const report: EvidenceReport = {
  method: 'brightness',
  rows: [
    { setting: 'with light', measures: { auc: { mean: 0.91, sd: 0.02, values: [0.9, 0.92] } } },
    { setting: 'in the dark', measures: { auc: { mean: 0.5, sd: 0.01, values: [0.49, 0.51] } } },
  ],
  findings: [
    { claim: 'light helps', answer: 'yes', because: '+0.41 [0.35, 0.47]' },
    { claim: 'colour helps', answer: 'not separable', because: '+0.00 [-0.02, 0.02]' },
  ],
  notes: ['two seeds only'],
};

function trainer(over: Partial<Trainer> = {}): Trainer {
  return {
    presets: ['small', 'paper'],
    async train(data, { preset, seed, onProgress, checkpoints, signal }) {
      const before = await checkpoints?.read('last');
      for (let step = (before?.[0] ?? 0) + 1; step <= 3; step++) {
        if (signal?.aborted) throw new VerilensError('ABORTED', 'cancelled', { place: 'train' });
        onProgress?.({ step, steps: 3, loss: 1 / step, learningRate: 0.1, metrics: {} });
        await checkpoints?.write('last', Uint8Array.of(step));
      }
      const card = { name: 'brightness', version: '1', sha256: 'cd'.repeat(32), licence: 'MIT', inputs: [], outputs: [], notes: [] };
      return {
        models: [{ file: 'brightness.onnx', onnx: Uint8Array.of(8, 1), card }],
        parameters: [{ file: 'brightness.safetensors', bytes: Uint8Array.of(seed) }],
        summary: {
          preset,
          resumedAt: before?.[0] ?? 0,
          items: (data as { size: number } | undefined)?.size ?? 0,
          classes: (data as { classes?: readonly string[] } | undefined)?.classes?.join(' and ') ?? '',
        },
      };
    },
    evidence: async ({ seeds, quick, onProgress }) => {
      onProgress?.('training', 0.5);
      return { ...report, notes: [`${seeds.length} seeds${quick ? ', quick' : ''}`] };
    },
    ...over,
  };
}

const plugins = (over: Partial<Trainer> = {}): ReturnType<typeof installed>[] => [installed(brightness({ trainer: trainer(over) }))];

describe('train', () => {
  it('writes models with their cards, parameters and a summary, and hands the seed on', async () => {
    const folder = await temporaryFolder();
    const { code, out } = await verilens(['train', 'brightness', '--seed', '7'], { folder, plugins: plugins() });
    expect(code).toBe(0);
    expect(out).toContain('cd'.repeat(32));
    const made = join(folder, 'out/brightness-small-7');
    expect((await readdir(made)).sort()).toEqual([
      'brightness.json',
      'brightness.onnx',
      'brightness.safetensors',
      'checkpoints',
      'summary.json',
      'training.html',
      'training.json',
    ]);
    expect(await readFile(join(made, 'training.html'), 'utf8')).toMatch(/brightness small, seed 7[\s\S]*loss[\s\S]*learning rate/);
    expect([...(await readFile(join(made, 'brightness.safetensors')))]).toEqual([7]);
    expect(JSON.parse(await readFile(join(made, 'summary.json'), 'utf8'))).toMatchObject({
      plugin: 'brightness',
      preset: 'small',
      seed: 7,
      device: 'cpu',
      models: [{ file: 'brightness.onnx' }],
    });
  });

  it('stops on Ctrl-C with 130 and goes on from its checkpoint', async () => {
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const first = trainer();
    const stopping = plugins({
      train: (data, options) => first.train(data, { ...options, onProgress: (state) => state.step === 1 && stop.abort() }),
    });
    expect(await verilens(['train', 'brightness'], { folder, plugins: stopping, signal: stop.signal })).toMatchObject({
      code: 130,
      err: expect.stringContaining('goes on from the last checkpoint'),
    });
    const again = await verilens(['train', 'brightness', '--json'], { folder, plugins: plugins() });
    expect(JSON.parse(again.out.trim().split('\n').at(-1)!)).toMatchObject({ resumedAt: 1 });
  });

  it('opens the data folder, and refuses a missing one, an unknown preset and a plugin that does not train', async () => {
    const folder = await temporaryFolder({ 'mine/real/a.mp4': '', 'mine/real/b.mp4': '' });
    expect((await verilens(['train', 'brightness', '--data', 'mine'], { folder, plugins: plugins() })).out).toMatch(/items\s+2/);
    const classes = await temporaryFolder({ 'mine/cup/a.png': '', 'mine/cup/b.png': '', 'mine/fork/a.png': '' });
    const recognizer = installed({ ...brightness({ trainer: trainer() }), role: 'recognizer' } as never);
    const given = await verilens(['train', 'brightness', '--data', 'mine'], { folder: classes, plugins: [recognizer] });
    expect(given.out).toMatch(/classes\s+cup and fork/);
    expect((await verilens(['train', 'brightness', '--data', 'nowhere'], { folder, plugins: plugins() })).code).toBe(2);
    expect(await verilens(['train', 'brightness', '--preset', 'smal'], { folder, plugins: plugins() })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "small"?'),
    });
    expect(await verilens(['train', 'brightness'], { folder })).toMatchObject({ code: 2, err: expect.stringContaining('UNSUPPORTED') });
    expect((await verilens(['train', 'brightness', '--seed', '-1'], { folder, plugins: plugins() })).code).toBe(64);
  });
});

describe('evidence', () => {
  it('prints the table and the answers, and writes the whole result', async () => {
    const folder = await temporaryFolder();
    const { code, out } = await verilens(['evidence', 'brightness', '--seeds', '3,4', '--quick', '--out', 'results/e.json'], {
      folder,
      plugins: plugins(),
    });
    expect(code).toBe(0);
    expect(out).toMatch(/with light {3}0\.910 ± 0\.020/);
    expect(out).toMatch(/NOT SEPARABLE colour helps\n\s+\+0\.00/);
    expect(JSON.parse(await readFile(join(folder, 'results/e.json'), 'utf8'))).toMatchObject({
      command: 'verilens evidence brightness --seeds 3,4 --quick',
      seeds: [3, 4],
      quick: true,
      findings: report.findings,
      device: 'cpu',
    });
  });

  it('refuses seeds that repeat or are none', async () => {
    for (const seeds of ['1,1', 'a', '', '1.5'])
      expect((await verilens(['evidence', 'brightness', '--seeds', seeds], { plugins: plugins() })).code, seeds).toBe(64);
  });
});

describe('plugins', () => {
  it('lists name, role, version and presets, and what cannot be used', async () => {
    const problems = [
      { place: '/x/package.json', error: new VerilensError('BAD_PLUGIN', '"verilens.role" is not usable', { place: '/x/package.json' }) },
    ];
    const { code, out, err } = await verilens(['plugins'], { plugins: plugins(), problems });
    expect(code).toBe(2);
    expect(out).toMatch(/brightness\s+detector\s+1\.2\.3\s+small, paper\s+what brightness does/);
    expect(err).toContain('BAD_PLUGIN');
    expect(JSON.parse((await verilens(['plugins', '--json'], { plugins: plugins() })).out)).toMatchObject({
      plugins: [{ name: 'brightness', presets: ['small', 'paper'], evidence: true }],
      problems: [],
    });
  });

  it('goes on when one does not load', async () => {
    const broken = installed(brightness({ name: 'broken' }), {
      load: () => Promise.reject(new VerilensError('BAD_PLUGIN', 'it throws on import', { place: 'broken' })),
    });
    const { code, out, err } = await verilens(['plugins'], { plugins: [broken, ...plugins()] });
    expect(code).toBe(2);
    expect(out).toContain('brightness');
    expect(err).toContain('it throws on import');
  });
});

describe('evaluate', () => {
  const data = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [
      [`set/real/r${i}.mp4`, `score 0.${i}`],
      [`set/fake/swap/s${i}.mp4`, `score 0.${i + 4}`],
      [`set/fake/paste/p${i}.mp4`, 'score 0.3'],
    ]).flat() as [string, string][],
  );

  it('gives AUC with an interval for all and for each kind, and every file', async () => {
    const folder = await temporaryFolder(data);
    const { code, out } = await verilens(['evaluate', 'brightness', '--data', 'set', '--json', '--out', 'r.json'], { folder });
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result.rows.map((row: { type: string; real: number; fake: number }) => [row.type, row.real, row.fake])).toEqual([
      ['all', 6, 12],
      ['paste', 6, 6],
      ['swap', 6, 6],
    ]);
    const [, paste, swap] = result.rows;
    expect(swap.auc.estimate).toBeCloseTo(34 / 36, 5);
    expect(swap.auc.low).toBeLessThan(swap.auc.estimate);
    expect(swap.auc.high).toBeGreaterThanOrEqual(swap.auc.estimate);
    expect(paste.auc.estimate).toBeCloseTo(0.5833, 3);
    expect(swap.detected).toBe(0.5);
    expect(result.files).toHaveLength(18);
    expect(JSON.parse(await readFile(join(folder, 'r.json'), 'utf8')).rows).toEqual(result.rows);
    expect(
      (await verilens(['evaluate', 'brightness', '--data', 'set', '--json'], { folder })).out.replace(/"(date|seconds)": .*/g, ''),
    ).toBe(out.replace(/"(date|seconds)": .*/g, ''));
  });

  it('judges the rest when a file fails, says so, and ends with 2', async () => {
    const folder = await temporaryFolder({ ...data, 'set/real/broken.mp4': 'x' });
    const { code, out } = await verilens(['evaluate', 'brightness', '--data', 'set'], { folder });
    expect(code).toBe(2);
    expect(out).toMatch(/FAILED\s+real\s+real\/broken\.mp4\s+BAD_INPUT/);
    expect(out).toMatch(/swap\s+6 \+ 6\s+0\.944 \[/);
    expect(out).toContain('Without a score: 1 of 19.');
  });

  it('refuses a folder of another shape', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'set'));
    expect((await verilens(['evaluate', 'brightness', '--data', 'set'], { folder })).code).toBe(2);
    expect((await verilens(['evaluate', 'brightness'], { folder })).code).toBe(64);
  });
});
