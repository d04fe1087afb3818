import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VerilensError } from '@verilens/core';

/** Which package, and what to say where it is missing. */
export interface WantedPackage {
  readonly name: string;
  /** The set that wants it; the place of errors. */
  readonly set: string;
  /** Module that depends on the package (`import.meta.url`), looked from before the working folder. */
  readonly from?: string;
}

/**
 * The folder of an installed npm package: looked for where `import` would, but as a folder, because some packages do not let their
 * own package.json be resolved.
 * @throws VerilensError NOT_FOUND
 */
export function packageFolder({ name, set, from }: WantedPackage): string {
  const here = pathToFileURL(resolve('from-here.js')).href;
  for (const place of from === undefined ? [here] : [from, here]) {
    const found = createRequire(place)
      .resolve.paths(name)
      ?.map((folder) => join(folder, name))
      .find((folder) => existsSync(join(folder, 'package.json')));
    if (found !== undefined) return found;
  }
  throw new VerilensError('NOT_FOUND', `the package ${name} is not installed`, {
    place: set,
    expected: `it to be found from ${resolve('.')}`,
    remedy: `npm install --save-dev ${name}, or name its folder.`,
  });
}
