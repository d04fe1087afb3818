import type { FileDataset } from '@verilens/data/node';
import { resolve } from 'node:path';

/**
 * What `train` hands to a plugin: undefined for the plugin's own recipe, or the user's folder as a dataset of
 * `@verilens/data/node` (real/ and fake/, FaceForensics++, Celeb-DF v2). A folder of real items alone is allowed:
 * a method may forge its own counterparts.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT
 */
export async function trainingData(name: string | undefined, folder: string): Promise<FileDataset | undefined> {
  if (name === undefined) return undefined;
  const { openDataset } = await import('@verilens/data/node');
  return openDataset(resolve(folder, name), { oneClass: true });
}
