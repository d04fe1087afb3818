import { throwIfAborted, VerilensError, type VideoFrame } from '@verilens/core';
import { forgeVideo, reducePhoto, sourceFromPhoto, type SourcePhoto } from '@verilens/data';
import { createFaceFinder, type FaceFinder, facesOfImage } from '@verilens/faces';
import { openMedia, writeVideo } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface TwinOptions {
  /** The authentic video. */
  readonly video: string;
  /** A photograph of somebody else. */
  readonly donor: string;
  /** Where the forged video goes. */
  readonly to: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** Puts the inner face of the photograph on the person of the video, frame by frame, and writes the result. */
export async function makeTwin({ video, donor, to, signal, onProgress }: TwinOptions): Promise<{ frames: number; forged: number }> {
  await using runtime = await native({ device: 'cpu' });
  await using finder = await createFaceFinder(runtime);
  await using opened = await openMedia(video, { signal });
  const { durationMs = 0, frameRate = 25 } = opened.info;
  let frames = 0;
  let forged = 0;
  const twin = async function* (): AsyncGenerator<VideoFrame> {
    for await (const frame of forgeVideo(opened.frames({ signal }), finder, 'swap', {
      donor: await donorFrom(donor, finder),
      seed: 0,
      signal,
    })) {
      throwIfAborted(signal, 'demo');
      frames++;
      if (frame.forged) forged++;
      onProgress(Math.min(1, frames / Math.max(1, (durationMs * frameRate) / 1000)));
      yield frame;
    }
  };
  const draft = to.replace(/\.mp4$/, '.part.mp4');
  await mkdir(dirname(to), { recursive: true });
  try {
    await writeVideo(twin(), draft, { codec: 'h264', quality: 90, signal });
    if (forged === 0) throw new VerilensError('BAD_INPUT', 'no face was found to forge', { place: video });
    await rename(draft, to);
  } finally {
    await rm(draft, { force: true });
  }
  return { frames, forged };
}

/** The clearest face of a photograph, made not much sharper than a face of a small video. */
async function donorFrom(file: string, finder: FaceFinder): Promise<SourcePhoto> {
  await using opened = await openMedia(file);
  for await (const { image } of opened.frames()) {
    const faces = await facesOfImage(image, finder);
    const [clearest] = faces.toSorted((a, b) => b.face.score - a.face.score);
    if (clearest !== undefined) return reducePhoto(sourceFromPhoto(clearest, 'donor'), 200);
  }
  throw new VerilensError('BAD_INPUT', 'no face in the photograph', { place: file });
}
