import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerilensError } from '@verilens/core';

const IMAGES = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'tif', 'tiff', 'gif'];
const VIDEOS = ['mp4', 'm4v', 'mov', 'webm', 'mkv', 'avi'];
export const mediaExtensions: readonly string[] = [...IMAGES, ...VIDEOS];

/** A file or link that was passed over, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'folder' | 'file';
}

/**
 * What lies in a folder, in the order of the characters' codes (the same on every machine). Links count as what they
 * point to; dangling ones, hidden files and the litter of desktops and archives are passed over.
 * @throws VerilensError NOT_FOUND when the folder is not there or cannot be read
 */
export async function listFolder(folder: string, place: string, skipped: Skipped[] = []): Promise<FolderEntry[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(folder, place, cause);
  }
  const out: FolderEntry[] = [];
  for (const entry of entries) {
    if (isLitter(entry.name)) continue;
    let kind: FolderEntry['kind'] | undefined = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : undefined;
    if (entry.isSymbolicLink()) {
      try {
        const target = await stat(join(folder, entry.name));
        kind = target.isDirectory() ? 'folder' : target.isFile() ? 'file' : undefined;
      } catch {
        skipped.push({ path: join(folder, entry.name), reason: 'a link that leads nowhere' });
        continue;
      }
    }
    if (kind === undefined) skipped.push({ path: join(folder, entry.name), reason: 'neither a file nor a folder' });
    else out.push({ name: entry.name, kind });
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Every image and video below a folder, as paths relative to it with forward slashes, in a fixed order. Other files
 * are passed over and noted in `skipped`. Links to folders are followed, but not in circles.
 */
export async function mediaBelow(folder: string, place: string, skipped: Skipped[]): Promise<string[]> {
  const found: string[] = [];
  const walk = async (at: string, prefix: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(at);
    if (above.includes(real)) {
      skipped.push({ path: at, reason: 'a link back to a folder it lies in' });
      return;
    }
    for (const { name, kind } of await listFolder(at, place, skipped)) {
      if (kind === 'folder') await walk(join(at, name), `${prefix}${name}/`, [...above, real]);
      else if (isMedia(name)) found.push(prefix + name);
      else skipped.push({ path: join(at, name), reason: 'not an image or video by its name' });
    }
  };
  await walk(folder, '', []);
  return found;
}

/** @throws VerilensError NOT_FOUND, BAD_INPUT when `path` is no folder */
export async function requireFolder(path: string, place: string): Promise<void> {
  let found;
  try {
    found = await stat(path);
  } catch (cause) {
    throw unreadable(path, place, cause);
  }
  if (!found.isDirectory()) throw new VerilensError('BAD_INPUT', 'not a folder', { place, expected: 'a folder', got: path });
}

export function isMedia(name: string): boolean {
  return mediaExtensions.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

export function isImage(name: string): boolean {
  return IMAGES.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

/** File name without folder and extension. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
}

/** The first few names, for messages. */
export function someOf(names: readonly string[], most = 8): string {
  if (names.length === 0) return 'nothing';
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

function isLitter(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === '@eaDir' || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}

function unreadable(path: string, place: string, cause: unknown): VerilensError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const got =
    code === 'ENOENT'
      ? `${path}, which is not there`
      : code === 'ENOTDIR'
        ? `${path}, which is a file`
        : `${path} (${code || 'unknown reason'})`;
  const remedy = code === 'EACCES' || code === 'EPERM' ? 'Give this user the right to read it.' : 'Check the path.';
  return new VerilensError('NOT_FOUND', 'the folder cannot be read', { place, expected: 'a readable folder', got, remedy, cause });
}
