export * from './align.ts';
export * from './anchors.ts';
export * from './cards.ts';
export * from './clips.ts';
export * from './face-stage.ts';
export * from './finder.ts';
export * from './photos.ts';
export { smoothOverTime } from './smooth.ts';
export { continuity, createTrackBook, pairFaces, type TrackBook } from './tracks.ts';
