import { VerilensError } from '@verilens/core';
import { lstat, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';

const images = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'];
const videos = ['mp4', 'm4v', 'mov', 'webm', 'mkv'];
/** What a folder is searched for; a file named on its own is always tried, whatever its name ends in. */
export const mediaExtensions: readonly string[] = [...images, ...videos];

export interface InputFile {
  /** As it is shown: relative to the working folder where it lies below it. */
  readonly name: string;
  readonly path: string;
}

/** A name on the command line that led to nothing. */
export interface MissingInput {
  readonly name: string;
  readonly error: VerilensError;
}

/**
 * Files, folders and globs to the files they mean, in a stable order, each once. A name that leads to nothing does not
 * stop the others: it comes back with its reason.
 */
export async function expandInputs(names: readonly string[], folder: string): Promise<readonly (InputFile | MissingInput)[]> {
  const found = new Map<string, InputFile | MissingInput>();
  for (const name of names) {
    const paths = await expand(name, folder);
    if ('error' in paths) found.set(`missing ${name}`, paths);
    else for (const path of paths.files) if (!found.has(path)) found.set(path, { name: shownName(path, folder), path });
  }
  return [...found.values()];
}

async function expand(name: string, folder: string): Promise<{ files: readonly string[] } | MissingInput> {
  const path = resolve(folder, name);
  const kind = await stat(path).then(
    (info) => (info.isDirectory() ? 'folder' : 'file'),
    (error: NodeJS.ErrnoException) => error,
  );
  if (kind === 'file') return { files: [path] };
  if (kind === 'folder') {
    const files = await glob(`**/*.{${mediaExtensions.join(',')}}`, path);
    return files.length > 0
      ? { files }
      : missing(
          name,
          'the folder holds no picture or video',
          `files ending in ${mediaExtensions.join(', ')}`,
          'Name the files themselves if they have other endings.',
        );
  }
  // A file whose own name holds brackets was found above; only what is no file is read as a pattern.
  if (/[*?[\]{}!()]/.test(name)) {
    const files = await glob(name.split(sep).join('/'), folder);
    return files.length > 0
      ? { files }
      : missing(name, 'no file fits the pattern', undefined, 'Quote patterns so that the shell leaves them as they are.');
  }
  if (kind.code === 'EACCES') return missing(name, 'the file cannot be read', undefined, 'Check its permissions.');
  const broken = await lstat(path).then(
    (info) => info.isSymbolicLink(),
    () => false,
  );
  return missing(
    name,
    broken ? 'the link leads nowhere' : 'there is no such file or folder',
    undefined,
    'Check the spelling and the working folder.',
  );
}

async function glob(pattern: string, folder: string): Promise<readonly string[]> {
  const { default: fastGlob } = await import('fast-glob');
  const files = await fastGlob(pattern, {
    cwd: folder,
    absolute: true,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
    suppressErrors: true,
  });
  return files.map((file) => resolve(file)).sort();
}

function missing(name: string, summary: string, expected: string | undefined, remedy: string): MissingInput {
  return { name, error: new VerilensError('NOT_FOUND', summary, { place: name, expected, remedy }) };
}

function shownName(path: string, folder: string): string {
  const name = relative(folder, path);
  return name === '' || name.startsWith('..') ? path : name;
}
