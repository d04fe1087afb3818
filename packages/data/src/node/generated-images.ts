import { join } from 'node:path';
import { VerilensError } from '@verilens/core';
import type { Label } from '../datasets/dataset.ts';
import { createFileDataset, type FileDataset, type FileItem } from './file-dataset.ts';
import { isImage, listFolder, mediaBelow, requireFolder, type Skipped, someOf } from './files.ts';

export interface GeneratedImagesOptions {
  /** Only these generators, by the names of their folders. Default: all. */
  readonly generators?: readonly string[];
  readonly oneClass?: boolean;
}

/**
 * GenImage as distributed: `<generator>/<split>/ai/*` and `<generator>/<split>/nature/*`, or the same below a folder
 * `imagenet_ai_..._<generator>` of one archive.
 * Source: M. Zhu et al., "GenImage: A Million-Scale Benchmark for Detecting AI-Generated Image", NeurIPS 2023.
 *
 * @param options.split `train` or `val`; both when left out
 * @throws VerilensError NOT_FOUND, BAD_INPUT, UNKNOWN_NAME
 */
export function genImageDataset(
  root: string,
  options: GeneratedImagesOptions & { readonly split?: 'train' | 'val' } = {},
): Promise<FileDataset> {
  const { split } = options;
  return readLayout(root, options, {
    title: 'GenImage',
    folders: { nature: 'real', ai: 'fake' },
    expected: '<generator>/<train or val>/<ai or nature>',
    wanted: (folders) => split === undefined || folders.includes(split),
  });
}

/**
 * The test sets of UniversalFakeDetect and CNNDetection: `<generator>/0_real/*`, `<generator>/1_fake/*`, or with a folder for each
 * class between. Pictures keep the class as their identity, so that splits can keep classes apart.
 * Source: U. Ojha et al., "Towards Universal Fake Image Detectors that Generalize Across Generative Models", CVPR 2023.
 *
 * @throws VerilensError NOT_FOUND, BAD_INPUT, UNKNOWN_NAME
 */
export function universalFakeDataset(root: string, options: GeneratedImagesOptions = {}): Promise<FileDataset> {
  return readLayout(root, options, {
    title: 'UniversalFakeDetect',
    folders: { '0_real': 'real', '1_fake': 'fake' },
    expected: '<generator>/[<class>/]<0_real or 1_fake>',
    wanted: () => true,
  });
}

interface Layout {
  readonly title: string;
  readonly folders: Readonly<Record<string, Label>>;
  readonly expected: string;
  readonly wanted: (folders: readonly string[]) => boolean;
}

async function readLayout(root: string, options: GeneratedImagesOptions, layout: Layout): Promise<FileDataset> {
  const place = `${layout.title} ${root}`;
  await requireFolder(root, place);
  const skipped: Skipped[] = [];
  const generators = (await listFolder(root, place, skipped)).flatMap(({ name, kind }) => (kind === 'folder' ? [name] : []));
  const unknown = options.generators?.find((name) => !generators.includes(name));
  if (unknown !== undefined)
    throw new VerilensError('UNKNOWN_NAME', `there is no folder of the generator "${unknown}"`, {
      place,
      expected: someOf(generators),
      got: unknown,
    });
  const files: FileItem[] = [];
  let known = 0;
  for (const generator of options.generators ?? generators) {
    for (const path of await mediaBelow(join(root, generator), place, skipped)) {
      const folders = path.split('/').slice(0, -1);
      const at = folders.findIndex((name) => Object.hasOwn(layout.folders, name));
      if (at === -1 || !isImage(path)) {
        skipped.push({ path: join(root, generator, path), reason: at === -1 ? 'in neither class' : 'not a picture by its name' });
        continue;
      }
      known++;
      if (!layout.wanted(folders)) continue;
      const label = layout.folders[folders[at]!]!;
      const object = layout.title === 'GenImage' ? undefined : folders[at - 1];
      files.push({
        path: `${generator}/${path}`,
        label,
        ...(label === 'fake' ? { type: generator } : {}),
        ...(object === undefined ? {} : { identity: object }),
      });
    }
  }
  if (known === 0)
    throw new VerilensError('BAD_INPUT', 'the folder is laid out in another way', {
      place,
      expected: layout.expected,
      got: someOf(generators),
    });
  return createFileDataset(layout.title, root, files, skipped, options.oneClass ?? false);
}
