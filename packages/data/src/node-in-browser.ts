/** What bundlers for browsers find under `@verilens/data/node`: importing it says that it needs Node's files. */
import { VerilensError } from '@verilens/core';

throw new VerilensError('UNSUPPORTED', 'datasets in files and folders are read in Node only', {
  place: '@verilens/data/node',
  remedy: 'In a page, pass pictures or clips of your own, e.g. made by @verilens/data.',
});
