import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from './errors.ts';
import type { CheckpointStore } from './training.ts';

/**
 * Keeps checkpoints as files of one folder, made on the first write.
 *
 * A write goes to a file of its own, is forced to disk and then renamed over the old one: a reader, or a process
 * killed at any moment, finds the old bytes or the new ones. Two processes may write at once; the last one wins whole.
 *
 * @throws VerilensError from its methods: BAD_OPTION for a name that is not a plain file name, NOT_FOUND when the
 *   folder cannot be read or written
 */
export function folderStore(folder: string): CheckpointStore {
  return {
    async read(name) {
      const file = join(folder, plainName(name));
      try {
        return new Uint8Array(await readFile(file));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw refused('read', file, error);
      }
    },
    async write(name, bytes) {
      const file = join(folder, plainName(name));
      const draft = join(folder, `.${name}.${randomUUID()}${DRAFT}`);
      try {
        await mkdir(folder, { recursive: true });
        const handle = await open(draft, 'wx');
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(draft, file);
        await syncFolder(folder);
      } catch (error) {
        await unlink(draft).catch(() => undefined);
        throw refused('written', file, error);
      }
      await clearOldDrafts(folder);
    },
  };
}

const DRAFT = '.draft';
const OLD_DRAFT_MS = 60 * 60 * 1000;

function plainName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(name)) return name;
  throw new VerilensError('BAD_OPTION', 'a checkpoint name must be a plain file name', {
    place: 'folderStore',
    expected: 'letters, digits, dots, dashes and underscores',
    got: JSON.stringify(name),
  });
}

/** Makes the rename itself durable. Not every system lets a folder be opened; the file is whole either way. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}

/** Drafts of killed processes; those of the last hour may be somebody's write under way. */
async function clearOldDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith('.') && entry.endsWith(DRAFT))) {
    const draft = join(folder, name);
    const made = await stat(draft).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > OLD_DRAFT_MS) await unlink(draft).catch(() => undefined);
  }
}

function refused(what: string, file: string, cause: unknown): VerilensError {
  return new VerilensError('NOT_FOUND', `the checkpoint could not be ${what}`, {
    place: file,
    got: (cause as NodeJS.ErrnoException).code ?? String(cause),
    remedy: 'Check that the folder exists and that you may read and write it.',
    cause,
  });
}
