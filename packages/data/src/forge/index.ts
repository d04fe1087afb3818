export * from './clip-set.ts';
export * from './finish-crops.ts';
export * from './forge-video.ts';
export * from './forge.ts';
export { jpegInPlace } from './jpeg.ts';
export * from './mask.ts';
export { FORGE_OPERATIONS, type ForgeOperation } from './operations.ts';
export * from './parameters.ts';
export { animatePhoto, reducePhoto, sourceFromClip, sourceFromPhoto, sourceScale, type SourceClip, type SourcePhoto } from './source.ts';
