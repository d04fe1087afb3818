export * from './clips.ts';
export * from './face-clip.ts';
export { type ForgeryType, forgeryTypes } from './forgeries.ts';
export * from './parameters.ts';
export * from './set.ts';
export * from './statistics.ts';
