import { resolve } from 'node:path';
import { createFileDataset, type FileDataset, type FileItem } from './file-dataset.ts';

/**
 * A dataset of files named one by one; paths are taken from the working directory.
 * @throws VerilensError BAD_INPUT when the list is empty, DUPLICATE_NAME
 */
export function fileListDataset(name: string, files: readonly FileItem[]): FileDataset {
  const absolute = files.map((file) => ({ ...file, path: resolve(file.path) }));
  return createFileDataset(name, '', absolute, [], true);
}
