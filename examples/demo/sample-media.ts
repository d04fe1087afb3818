import { VerilensError } from '@verilens/core';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of an installed package. @throws VerilensError NOT_FOUND */
export function sampleFile(packageName: string, path: string): string {
  let file: string | undefined;
  try {
    file = join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), path);
  } catch {
    file = undefined;
  }
  if (file !== undefined && existsSync(file)) return file;
  throw new VerilensError('NOT_FOUND', `the sample media of ${packageName} are not installed`, {
    place: 'demo',
    expected: path,
    remedy: 'Remove node_modules/.verilens-lock and run the demo again; installing needs the network once.',
  });
}
