/** What bundlers for browsers find under `@verilens/core/node`: importing it says that it needs Node's files. */
import { VerilensError } from './errors.ts';

throw new VerilensError('UNSUPPORTED', 'plugins in folders and checkpoints on disk need Node', {
  place: '@verilens/core/node',
  remedy: 'In a page, pass plugins to createEngine and keep checkpoints in a store of your own.',
});
