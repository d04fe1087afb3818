import { API_VERSION, parsePluginPackage, type Plugin, type Role, ROLES } from '@verilens/core';
import {
  anonymizerCases,
  type ConformanceCase,
  detectorCases,
  explainerCases,
  grounderCases,
  incrementalLearnerCases,
  recognizerCases,
  synthesizerCases,
  trackerCases,
} from '@verilens/testing';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { camel } from '../src/plugin-skeleton.ts';
import { temporaryFolder, verilens } from './helpers.ts';

const cases: Readonly<Record<Role, (make: () => Plugin<never>) => readonly ConformanceCase[]>> = {
  detector: detectorCases as never,
  recognizer: recognizerCases as never,
  explainer: explainerCases as never,
  tracker: trackerCases as never,
  'incremental-learner': incrementalLearnerCases as never,
  anonymizer: anonymizerCases as never,
  synthesizer: synthesizerCases as never,
  grounder: grounderCases as never,
};

// Inside the workspace, so that the generated packages find core.
const made = join(dirname(fileURLToPath(import.meta.url)), '../out', `skeletons-${process.pid}`);
await mkdir(made, { recursive: true });
afterAll(() => rm(made, { recursive: true, force: true }));

for (const role of ROLES) {
  const name = `my-${role}`;
  const { code } = await verilens(['new-plugin', role, name], { folder: made });
  const { [camel(name)]: factory } = (await import(join(made, name, 'src/index.ts'))) as Record<string, () => Plugin<never>>;

  describe(`a new ${role}`, () => {
    it('is written as a whole package that discovery accepts', async () => {
      expect(code).toBe(0);
      expect((await readdir(join(made, name))).sort()).toEqual([
        '.gitignore',
        'README.md',
        'package.json',
        'src',
        'test',
        'tsconfig.build.json',
        'tsconfig.json',
      ]);
      const json = JSON.parse(await readFile(join(made, name, 'package.json'), 'utf8'));
      expect(parsePluginPackage(json, 'package.json')).toMatchObject({
        packageName: `verilens-plugin-${name}`,
        manifest: { apiVersion: API_VERSION, name, role, factory: camel(name) },
      });
      for (const file of ['README.md', 'src/index.ts', 'test/conformance.test.ts'])
        expect(await readFile(join(made, name, file), 'utf8'), file).not.toMatch(/template-?(name|package|role)/i);
      expect(await readFile(join(made, name, 'test/conformance.test.ts'), 'utf8')).toContain(
        `${camel(role)}Conformance('${name}', ${camel(name)})`,
      );
    });

    for (const { name: title, run } of cases[role](factory!)) it(title, run);
  });
}

it('takes a scope and a folder', async () => {
  const folder = await temporaryFolder();
  expect((await verilens(['new-plugin', 'tracker', 'eye-tracker', '--scope', '@me', '--out', 'here'], { folder })).code).toBe(0);
  expect(JSON.parse(await readFile(join(folder, 'here/package.json'), 'utf8'))).toMatchObject({
    name: '@me/verilens-plugin-eye-tracker',
    peerDependencies: { '@verilens/core': '>=0.0.0 <1.0.0' },
  });
});

it('takes its versions from the workspace when it is written into a clone of Verilens', async () => {
  const folder = await temporaryFolder({ 'package.json': JSON.stringify({ name: 'verilens', packageManager: 'pnpm@1.2.3' }) });
  const { code, out } = await verilens(['new-plugin', 'detector', 'mine', '--out', 'packages/plugins/mine'], { folder });
  expect(code).toBe(0);
  expect(out).toContain('pnpm@1.2.3');
  const written = JSON.parse(await readFile(join(folder, 'packages/plugins/mine/package.json'), 'utf8'));
  expect(written).toMatchObject({ name: '@verilens/plugin-mine', peerDependencies: { '@verilens/core': 'workspace:>=0.0.0 <1.0.0' } });
  expect(written.exports['.']['@verilens/source']).toBe('./src/index.ts');
  expect(written.publishConfig.exports['.']).not.toHaveProperty('@verilens/source');
  expect(await readFile(join(folder, 'packages/plugins/mine/src/index.ts'), 'utf8')).toContain('mine');
});

it('refuses an unknown role, a bad name and a folder that is in use, and changes nothing', async () => {
  const folder = await temporaryFolder({ 'taken/mine.txt': 'mine' });
  expect(await verilens(['new-plugin', 'detecter', 'x'], { folder })).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean "detector"?'),
  });
  for (const name of ['Mine', '../up', 'a b', '-x', 'x--y'])
    expect((await verilens(['new-plugin', 'detector', '--', name], { folder })).code, name).toBe(2);
  expect((await verilens(['new-plugin', 'detector', 'taken'], { folder })).code).toBe(2);
  expect(await readdir(join(folder, 'taken'))).toEqual(['mine.txt']);
  expect(await readdir(folder)).toEqual(['taken']);
});
