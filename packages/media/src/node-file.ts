import { VerilensError } from '@verilens/core';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { byteSource, type ByteSource } from './byte-source.ts';

/**
 * Opens a file for random access.
 * @throws VerilensError NOT_FOUND when it is not there or cannot be read, BAD_INPUT when it is not a plain file.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const place = `media ${path}`;
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const near = await nearestNames(path);
      throw new VerilensError('NOT_FOUND', 'there is no such file', {
        place,
        cause,
        remedy: near.length > 0 ? `Nearest names in its folder: ${near.join(', ')}.` : 'Check the folder.',
      });
    }
    if (code === 'EISDIR') throw notAFile(place, 'a folder');
    throw new VerilensError('NOT_FOUND', 'the file cannot be read', {
      place,
      expected: 'read permission',
      got: code ?? String(cause),
      cause,
    });
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw notAFile(place, status.isDirectory() ? 'a folder' : 'a device, pipe or socket');
    let closed = false;
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      if (closed) throw new VerilensError('DISPOSED', 'the media was closed while it was read', { place });
      const buffer = new Uint8Array(end - start);
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
        if (bytesRead === 0) break; // the file shrank
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    };
    return await byteSource(
      path,
      status.size,
      read,
      async () => {
        if (closed) return;
        closed = true;
        await handle.close();
      },
      path,
    );
  } catch (error) {
    await handle.close();
    if (error instanceof VerilensError) throw error;
    throw new VerilensError('NOT_FOUND', 'the file cannot be read', { place, cause: error });
  }
}

function notAFile(place: string, got: string): VerilensError {
  return new VerilensError('BAD_INPUT', 'this is not a file', {
    place,
    expected: 'a file',
    got,
    remedy: got === 'a folder' ? 'Give the files in it one by one.' : undefined,
  });
}

async function nearestNames(path: string): Promise<string[]> {
  const wanted = basename(path).toLowerCase();
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .slice(0, 5000)
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(3, wanted.length / 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
