export * from './batches.ts';
export * from './datasets/index.ts';
export * from './forge/index.ts';
export * from './post-processing.ts';
export * from './procedural/index.ts';
export * from './random.ts';
export * from './tracking/index.ts';
