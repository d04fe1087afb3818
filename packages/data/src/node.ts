/** The parts that read folders and files: Node only. */
export * from './node/celeb-df.ts';
export * from './node/cifar100.ts';
export * from './node/cross-resolution.ts';
export * from './node/cub200.ts';
export * from './node/faceforensics.ts';
export type { FileDataset, FileItem } from './node/file-dataset.ts';
export * from './node/file-list.ts';
export type { Skipped } from './node/files.ts';
export * from './node/folder.ts';
export * from './node/idx.ts';
export { classFolders, openPicture, type LabelledFile, type LabelledFiles } from './node/labelled-files.ts';
export * from './node/lfw.ts';
export { miniImageNet } from './node/mini-imagenet.ts';
export * from './node/mnist.ts';
export * from './node/open-dataset.ts';
export * from './node/session-lists.ts';
export * from './node/twenty-classes.ts';
