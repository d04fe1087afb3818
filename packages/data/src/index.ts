export * from './forge/index.ts';
export * from './procedural/index.ts';
export * from './random.ts';
