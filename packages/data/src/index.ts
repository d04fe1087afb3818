export * from './procedural/index.ts';
export * from './random.ts';
