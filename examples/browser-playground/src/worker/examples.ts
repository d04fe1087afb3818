import type { VideoFrame } from '@verilens/core';
import { type SequenceFrame, trackingSequence } from '@verilens/data';
import { encodeVideo } from '@verilens/media/browser';
import type { Handlers } from './dispatch.ts';
import { drawnFace } from './drawn-face.ts';

/** Videos drawn here, for whoever has none at hand: no person was filmed for them. */
export const example: Handlers['example'] = async ({ kind }, { signal, emit }) => {
  const frames = kind === 'face' ? drawnFace(emit) : objectFrames();
  const { bytes, format } = await encodeVideo(frames, { quality: 92, signal });
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `video/${format}` });
};

/** A drawn object that grows, shrinks and wanders, with the place where it begins. */
export function drawnObject(): AsyncGenerator<SequenceFrame> {
  return trackingSequence({ event: 'scale', seed: 7, frames: 240, width: 480, height: 360, size: 60 });
}

async function* objectFrames(): AsyncGenerator<VideoFrame> {
  for await (const { frame } of drawnObject()) yield frame;
}
