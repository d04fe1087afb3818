/** The parts that read folders: Node only. */
export * from './node/celeb-df.ts';
export * from './node/faceforensics.ts';
export type { FileDataset, FileItem } from './node/file-dataset.ts';
export * from './node/file-list.ts';
export type { Skipped } from './node/files.ts';
export * from './node/folder.ts';
export * from './node/open-dataset.ts';
