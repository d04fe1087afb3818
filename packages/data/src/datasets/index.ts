export * from './dataset.ts';
export * from './drawing-views.ts';
export * from './procedural-dataset.ts';
export * from './protocol.ts';
export * from './split.ts';
export * from './lfw-pairs.ts';
export * from './pictures.ts';
export * from './sessions.ts';
