import { join } from 'node:path';
import { throwIfAborted, VerilensError } from '@verilens/core';
import { createDataset, type Dataset, type DatasetItem, type Label } from '../datasets/dataset.ts';
import type { Skipped } from './files.ts';

/** A dataset of files on disk. */
export interface FileDataset extends Dataset {
  readonly root: string;
  /** Files that were passed over, and why. */
  readonly skipped: readonly Skipped[];
}

export interface FileItem {
  /** Below the root, with forward slashes. */
  readonly path: string;
  readonly label: Label;
  readonly type?: string;
  readonly identity?: string;
  readonly donor?: string;
}

/** @throws VerilensError BAD_INPUT when it is empty or has one class only (unless `oneClass`) */
export function createFileDataset(
  kind: string,
  root: string,
  files: readonly FileItem[],
  skipped: readonly Skipped[],
  oneClass: boolean,
): FileDataset {
  const place = `${kind} ${root}`;
  if (files.length === 0) {
    const first = skipped[0];
    throw new VerilensError('BAD_INPUT', 'the dataset is empty', {
      place,
      expected: 'images or videos',
      got: first === undefined ? 'no file' : `${skipped.length} other file(s), e.g. ${first.path}: ${first.reason}`,
    });
  }
  const labels = new Set(files.map((file) => file.label));
  if (!oneClass && labels.size < 2) {
    throw new VerilensError('BAD_INPUT', 'the dataset has one class only', {
      place,
      expected: 'real and fake items',
      got: `${files.length} ${files[0]!.label} items, none of the other class`,
      remedy: 'Add the other class, or pass oneClass: true if that is meant.',
    });
  }
  const items = files.map(({ path, ...facts }): DatasetItem => ({
    id: path,
    ...facts,
    async open(options) {
      throwIfAborted(options?.signal, place);
      // loaded at the first file: the decoders are heavy
      const { openMedia } = await import('@verilens/media');
      return openMedia(join(root, path), options);
    },
  }));
  return { ...createDataset(place, items), root, skipped };
}
