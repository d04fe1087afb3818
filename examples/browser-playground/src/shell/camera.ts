import type { PageFrame } from '../protocol.ts';

/** A running camera; frames are taken when they are asked for, so none waits and none is kept. */
export interface Camera {
  readonly video: HTMLVideoElement;
  /** The next frame; undefined after `stop`. */
  nextFrame(): Promise<PageFrame | undefined>;
  stop(): void;
}

export interface CameraOptions {
  /**
   * Frames taken in one run, as neighbours, however slowly they are asked for; the next run begins when all were handed
   * over. Detectors of motion need true neighbours. Default 1.
   */
  readonly run?: number;
}

/** Closer frames are left out: cameras of 60 frames a second would halve all motion. */
const LEAST_GAP_MS = 25;

/** @throws Error in words a person can act on */
export async function openCamera({ run = 1 }: CameraOptions = {}): Promise<Camera> {
  const stream = await askForCamera();
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.setAttribute('aria-label', 'Camera');
  video.srcObject = stream;
  await video.play();
  let stopped = false;
  let firstMs: number | undefined;
  let lastMs = -Infinity;
  /** Frames of the run under way, taken or about to be. */
  let waiting: Promise<PageFrame | undefined>[] = [];
  let wake: (() => void) | undefined;

  const take = (count: number): void => {
    const settle: ((frame: PageFrame | undefined) => void)[] = [];
    waiting = Array.from({ length: count }, () => new Promise((resolve) => settle.push(resolve)));
    let taken = 0;
    const next = (): void => {
      video.requestVideoFrameCallback((now, { presentedFrames }) => {
        if (stopped) return;
        if (now - lastMs < LEAST_GAP_MS) return next();
        lastMs = now;
        firstMs ??= now;
        const done = settle[taken++]!;
        const timestampMs = now - firstMs;
        createImageBitmap(video).then(
          (bitmap) => done({ bitmap, timestampMs, index: presentedFrames }),
          () => done(undefined),
        );
        if (taken < count) next();
        return undefined;
      });
    };
    // A stopped camera presents nothing any more.
    wake = () => settle.slice(taken).forEach((done) => done(undefined));
    next();
  };
  return {
    video,
    async nextFrame() {
      if (waiting.length === 0 && !stopped) take(run);
      return waiting.shift();
    },
    stop() {
      stopped = true;
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
      wake?.();
    },
  };
}

async function askForCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined)
    throw new Error('The browser gives the camera only to pages served over https or from localhost.');
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: false });
  } catch (error) {
    const { name, message } = error as DOMException;
    if (name === 'NotAllowedError') throw new Error('The camera was not allowed. Allow it for this page and try again.', { cause: error });
    if (name === 'NotFoundError') throw new Error('There is no camera here.', { cause: error });
    throw new Error(`The camera could not be started: ${message || name}.`, { cause: error });
  }
}
