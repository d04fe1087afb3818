export * from './dataset.ts';
export * from './procedural-dataset.ts';
export * from './protocol.ts';
export * from './split.ts';
