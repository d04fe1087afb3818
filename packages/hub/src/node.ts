export * from './node/download.ts';
