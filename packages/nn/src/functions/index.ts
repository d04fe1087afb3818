export * from './activations.ts';
export * from './distances.ts';
export * from './einsum.ts';
export * from './reductions.ts';
export * from './rounding.ts';
