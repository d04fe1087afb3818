import type { FileDataset, LabelledFiles } from '@verilens/data/node';
import { resolve } from 'node:path';

/** Roles that learn classes or people: one folder of pictures each. */
const OF_CLASSES: readonly string[] = ['recognizer', 'incremental-learner'];

/**
 * What `train` hands to a plugin: undefined for the plugin's own recipe, or the user's folder, read by `@verilens/data/node`. For
 * recognizers and learners it is one folder of pictures a class; for explainers pictures of any kind; for others real/ and fake/, FaceForensics++ or Celeb-DF v2,
 * where real items alone are allowed: a method may forge its own counterparts.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT
 */
export async function trainingData(
  name: string | undefined,
  folder: string,
  role: string,
): Promise<FileDataset | LabelledFiles | undefined> {
  if (name === undefined) return undefined;
  const { classFolders, openDataset, pictureFolder } = await import('@verilens/data/node');
  const path = resolve(folder, name);
  if (role === 'explainer') return pictureFolder(path);
  return OF_CLASSES.includes(role) ? classFolders(path, { name }) : openDataset(path, { oneClass: true });
}
