import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
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

/** The folder of an installed npm package. @throws VerilensError NOT_FOUND */
export function packageFolder({ name, set, from }: WantedPackage): string {
  const here = pathToFileURL(resolve('from-here.js')).href;
  let cause: unknown;
  for (const place of from === undefined ? [here] : [from, here]) {
    try {
      return dirname(createRequire(place).resolve(`${name}/package.json`));
    } catch (error) {
      cause = error; // looked for in the next place
    }
  }
  throw new VerilensError('NOT_FOUND', `the package ${name} is not installed`, {
    place: set,
    expected: `it to be found from ${resolve('.')}`,
    remedy: `npm install --save-dev ${name}, or name its folder.`,
    cause,
  });
}
