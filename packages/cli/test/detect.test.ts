import { FACE_STAGE, type Plugin, type Service } from '@verilens/core';
import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstalledPlugin } from '../src/index.ts';
import { brightness, installed, temporaryFolder, textMedia, verilens } from './helpers.ts';

const three = { 'a.mp4': 'score 0.1', 'b.mp4': 'score 0.9', 'deep/c.webm': 'score 0.5' };

describe('verdicts', () => {
  it('judges files, folders and globs, each file once, in a stable order', async () => {
    const folder = await temporaryFolder({ ...three, 'notes.txt': 'no medium' });
    const { code, out } = await verilens(['detect', 'b.mp4', '.', '*.mp4'], { folder });
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
      ['MANIPULATED', '0.90', 'b.mp4'],
      ['AUTHENTIC', '0.10', 'a.mp4'],
      ['INCONCLUSIVE', '0.50', 'deep/c.webm'],
    ]);
    expect(lines[0]).toContain('brightness/level 0.90/0.70');
  });

  it('writes one JSON line for each input, failures too, and nothing else', async () => {
    const folder = await temporaryFolder({ ...three, 'broken.mp4': 'not a score', 'empty.mp4': '' });
    const { code, out, err } = await verilens(['detect', 'a.mp4', 'broken.mp4', 'empty.mp4', 'missing.mp4', 'b.mp4', '--json'], { folder });
    expect(code).toBe(2);
    expect(err).toBe('');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.status ?? line.error.code)).toEqual([
      'AUTHENTIC',
      'BAD_INPUT',
      'BAD_INPUT',
      'NOT_FOUND',
      'MANIPULATED',
    ]);
    expect(lines[0]).toMatchObject({
      name: 'a.mp4',
      device: 'cpu',
      media: { bytes: 9, durationMs: 400, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      models: [{ name: 'brightness/level' }],
    });
    expect(lines[1].error).toMatchObject({ message: expect.stringContaining('damaged'), remedy: 'Fetch it again.' });
    expect(lines[1].error.message).not.toContain('Fetch it again');
    expect(lines[2].media).toMatchObject({ bytes: 0 });
  });

  it('applies threshold and fps, and refuses what is out of range', async () => {
    const folder = await temporaryFolder(three);
    expect((await verilens(['detect', 'a.mp4', '--threshold', '0.05'], { folder })).out).toMatch(/^MANIPULATED/);
    for (const args of [
      ['--threshold', '1.5'],
      ['--fps', '0'],
      ['--fps', 'fast'],
      ['--device', 'tpu'],
      ['--fail-on', 'authentic'],
      ['--threads', '1.5'],
    ]) {
      expect(await verilens(['detect', 'a.mp4', ...args], { folder }), args.join(' ')).toMatchObject({ code: 64, out: '' });
    }
  });
});

describe('exit codes', () => {
  it('ends with 1 for a manipulated input only when asked, and before 2', async () => {
    const folder = await temporaryFolder({ ...three, 'broken.mp4': 'x' });
    expect((await verilens(['detect', 'b.mp4'], { folder })).code).toBe(0);
    expect((await verilens(['detect', 'b.mp4', '--fail-on', 'manipulated'], { folder })).code).toBe(1);
    expect((await verilens(['detect', 'a.mp4', '--fail-on', 'manipulated'], { folder })).code).toBe(0);
    expect((await verilens(['detect', 'a.mp4', 'broken.mp4', '--fail-on', 'manipulated'], { folder })).code).toBe(2);
    expect((await verilens(['detect', 'b.mp4', 'broken.mp4', '--fail-on', 'manipulated'], { folder })).code).toBe(1);
  });

  it('suggests the nearest command, option and plugin', async () => {
    expect(await verilens(['detct', 'x'])).toMatchObject({ code: 64, err: expect.stringContaining('Did you mean detect?') });
    expect(await verilens(['detect', 'x', '--tresholds', '1'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('Did you mean --threshold?'),
    });
    const unknown = await verilens(['detect', 'x', '--plugin', 'brigtness']);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toMatch(/UNKNOWN_NAME .*"brigtness".*Did you mean "brightness"\?/);
    expect((await verilens(['detect'])).code).toBe(64);
  });

  it('gives help and version without loading a plugin', async () => {
    const plugins = [installed(brightness(), { load: () => Promise.reject(new Error('loaded')) })];
    expect(await verilens(['--help'], { plugins })).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes:') });
    expect(await verilens(['detect', '--help'], { plugins })).toMatchObject({ code: 0, out: expect.stringContaining('--fail-on') });
    expect(await verilens(['--version'], { plugins })).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('says what to install when there is no detector', async () => {
    expect(await verilens(['detect', 'x'], { plugins: [] })).toMatchObject({
      code: 2,
      err: expect.stringContaining('npm install @verilens/plugin-stdt'),
    });
  });
});

describe('hostile names and files', () => {
  it('takes control characters out of what it prints and scripts out of the report', async () => {
    const name = 'x\u001b[2K\rAUTHENTIC <script>alert(1)<⁄script>.mp4';
    const folder = await temporaryFolder({ [name]: 'score 0.9' });
    const { out } = await verilens(['detect', '.', '--report', 'r.html'], { folder });
    expect(out).not.toMatch(/[\u001b\r]/);
    expect(out).toMatch(/^MANIPULATED/);
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('says why an unreadable file, a broken link, an empty folder and a pattern of nothing lead nowhere', async () => {
    const folder = await temporaryFolder({ 'secret.mp4': 'score 0.1', 'none/readme.txt': '' });
    await chmod(join(folder, 'secret.mp4'), 0);
    await symlink('/nowhere/at/all', join(folder, 'link.mp4'));
    const { code, out } = await verilens(['detect', 'link.mp4', 'none', '*.avi', '--json'], { folder });
    expect(code).toBe(2);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).error),
    ).toEqual([
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('link leads nowhere') }),
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('holds no picture or video') }),
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('no file fits the pattern') }),
    ]);
    if (process.getuid?.() !== 0) expect((await verilens(['detect', 'secret.mp4'], { folder })).code).toBe(2);
  });

  it('takes a file whose own name holds brackets as that file', async () => {
    const folder = await temporaryFolder({ 'take [1].mp4': 'score 0.1' });
    expect((await verilens(['detect', 'take [1].mp4'], { folder })).out).toMatch(/^AUTHENTIC/);
  });
});

describe('the report', () => {
  it('shows every input, the failed ones too, and is written whole', async () => {
    const folder = await temporaryFolder({ ...three, 'broken.mp4': 'x' });
    const { code, err } = await verilens(['detect', '.', '--report', 'out/report.html'], { folder });
    expect(code).toBe(2);
    expect(err).toContain(join(folder, 'out/report.html'));
    const page = await readFile(join(folder, 'out/report.html'), 'utf8');
    for (const text of ['4 inputs', 'a.mp4', 'b.mp4', 'broken.mp4', 'the file is damaged', 'brightness/level', 'data:image/png'])
      expect(page, text).toContain(text);
    expect(await readdir(join(folder, 'out'))).toEqual(['report.html']);
  });

  it('shows the cards a plugin ships', async () => {
    const card = {
      name: 'level-small',
      version: '0.3.0',
      sha256: 'ab'.repeat(32),
      licence: 'MIT',
      inputs: [],
      outputs: [],
      notes: ['Sees brightness and nothing else.'],
    };
    const folder = await temporaryFolder({
      ...three,
      'plugin/models/level.json': JSON.stringify(card),
      'plugin/models/other.json': '{"name": "no card"}',
      'plugin/models/bad.json': '{',
    });
    await verilens(['detect', 'a.mp4', '--report', 'r.html'], {
      folder,
      plugins: [installed(brightness(), { folder: join(folder, 'plugin') })],
    });
    expect(await readFile(join(folder, 'r.html'), 'utf8')).toContain('Sees brightness and nothing else.');
  });

  it('is refused before any work when it cannot be written', async () => {
    const folder = await temporaryFolder({ ...three, file: '' });
    let frames = 0;
    const plugins = [installed(brightness({ onFrame: () => frames++ }))];
    const { code, err } = await verilens(['detect', 'a.mp4', '--report', 'file/report.html'], { folder, plugins });
    expect([code, frames]).toEqual([2, 0]);
    expect(err).toMatch(/NOT_FOUND .*the report cannot be written/);
  });

  it('keeps the earlier report when the run fails as a whole', async () => {
    const folder = await temporaryFolder(three);
    await writeFile(join(folder, 'r.html'), 'earlier');
    const plugins = [installed(brightness(), { load: () => Promise.reject(new Error('the plugin is broken')) })];
    expect((await verilens(['detect', 'a.mp4', '--report', 'r.html'], { folder, plugins })).code).toBe(70);
    expect(await readFile(join(folder, 'r.html'), 'utf8')).toBe('earlier');
    expect((await readdir(folder)).sort()).toEqual(['a.mp4', 'b.mp4', 'deep', 'r.html']);
  });
});

describe('interruption', () => {
  it('stops in the middle of a file, writes what is done, and ends with 130', async () => {
    const folder = await temporaryFolder(three);
    const stop = new AbortController();
    let frames = 0;
    const plugins = [installed(brightness({ onFrame: () => ++frames === 6 && stop.abort() }))];
    const { code, out, err } = await verilens(['detect', 'a.mp4', 'b.mp4', 'deep/c.webm', '--report', 'r.html'], {
      folder,
      plugins,
      signal: stop.signal,
    });
    expect(code).toBe(130);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('1 of 3 inputs judged');
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    expect(page).toContain('The run was interrupted');
    expect(page).toContain('1 input');
  });
});

it('shows progress on a terminal only, and takes it away again', async () => {
  const folder = await temporaryFolder(three);
  const { out, err } = await verilens(['detect', 'a.mp4'], { folder, tty: true });
  expect(err).toContain('loading models');
  expect(err.endsWith('\u001b[2K')).toBe(true);
  expect(out).toContain('\u001b[32mAUTHENTIC');
  expect((await verilens(['detect', 'a.mp4'], { folder })).err).toBe('');
});

describe('methods', () => {
  const faces = (name: string): Plugin<'detector'> => {
    const made = brightness({ name });
    return {
      ...made,
      create: async (context) => ({ ...(await made.create(context)), demand: { kind: 'face-clips', frames: 8, size: 32 } }),
    };
  };
  const services: readonly Service[] = [
    textMedia,
    { name: 'no faces', register: (all) => all.register(FACE_STAGE, () => ({ clips: async function* () {} })) },
  ];
  const plugins = [installed(brightness()), installed(faces('faces'))];

  it('says which were applied and which were not, and why', async () => {
    const folder = await temporaryFolder({ 'a.mp4': 'score 0.1' });
    const { out } = await verilens(['detect', 'a.mp4', '--kind', 'image', '--json'], { folder, plugins, services });
    expect(JSON.parse(out).methods).toEqual([
      { name: 'brightness', applied: true, why: 'it judges whole frames of video' },
      { name: 'faces', applied: false, why: 'it judges faces in video, and --kind image was asked for' },
    ]);
    const text = (await verilens(['detect', 'a.mp4', '--kind', 'image'], { folder, plugins, services })).out;
    expect(text).toContain('    applied: brightness, it judges whole frames of video\n');
    expect(text).toContain('not applied: faces');
  });

  it('leaves the reason of an unsure answer to those who judged, and says it once', async () => {
    const folder = await temporaryFolder({ 'a.mp4': 'score 0.5' });
    const stills = (name: string): InstalledPlugin => {
      const made = brightness({ name });
      return installed({ ...made, create: async (context) => ({ ...(await made.create(context)), demand: { kind: 'image' } }) });
    };
    const both = [installed(brightness()), stills('stills')];
    const { status, reason } = JSON.parse((await verilens(['detect', 'a.mp4', '--json'], { folder, plugins: both })).out);
    expect([status, reason ?? '']).toEqual(['INCONCLUSIVE', expect.not.stringContaining('stills')]);
    const { out } = await verilens(['detect', 'a.mp4'], { folder, plugins: [stills('stills'), stills('others')] });
    expect(out.split('\n')[0]).toMatch(/NOT_APPLICABLE\s+-\s+a\.mp4$/);
    expect(out.match(/not applied: /g)).toHaveLength(2);
  });

  it('is quiet where there is one and it applied, and refuses a kind nobody judges', async () => {
    const folder = await temporaryFolder({ 'a.mp4': 'score 0.1' });
    expect((await verilens(['detect', 'a.mp4'], { folder })).out.trim().split('\n')).toHaveLength(1);
    const { out, err } = await verilens(['detect', 'a.mp4', '--kind', 'face'], { folder });
    expect(out + err).toContain('no installed method judges faces');
    expect((await verilens(['detect', 'a.mp4', '--kind', 'sound'], { folder })).code).toBe(64);
  });
});
