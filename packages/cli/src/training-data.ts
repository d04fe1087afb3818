import { VerilensError } from '@verilens/core';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/**
 * What `train` hands to a plugin: undefined for the plugin's own recipe, or the absolute path of a folder of the
 * user's data, which the plugin opens in the layout it wants.
 *
 * @throws VerilensError NOT_FOUND
 */
export async function trainingData(name: string | undefined, folder: string): Promise<{ readonly folder: string } | undefined> {
  if (name === undefined) return undefined;
  const path = resolve(folder, name);
  const isFolder = await stat(path).then((info) => info.isDirectory(), () => false);
  if (isFolder) return { folder: path };
  throw new VerilensError('NOT_FOUND', 'there is no such folder', { place: name, remedy: 'Name a folder with real/ and fake/ in it.' });
}
