import { throwIfAborted, VerilensError, type VideoFrame } from '@verilens/core';

export interface CameraOptions {
  readonly signal?: AbortSignal;
}

/**
 * Frames of a playing video element: a camera (`element.srcObject = await navigator.mediaDevices.getUserMedia({ video: true })`) or a page's video.
 * When the reader is slower than the camera, frames are skipped, never queued: `index` counts the presented ones, so gaps show.
 * Ends when the element ends; stop it by leaving the loop or with the signal.
 */
export async function* cameraFrames(
  element: HTMLVideoElement,
  { signal }: CameraOptions = {},
): AsyncGenerator<VideoFrame, void, undefined> {
  const place = 'media camera';
  if (typeof element.requestVideoFrameCallback !== 'function') {
    throw new VerilensError('UNSUPPORTED', 'this browser does not announce video frames', {
      place,
      expected: 'HTMLVideoElement.requestVideoFrameCallback',
    });
  }
  let context: OffscreenCanvasRenderingContext2D | undefined;
  let firstIndex: number | undefined;
  let firstMs: number | undefined;
  for (;;) {
    throwIfAborted(signal, place);
    const shown = await nextFrame(element, signal);
    if (shown === undefined) {
      throwIfAborted(signal, place);
      return;
    }
    const width = element.videoWidth;
    const height = element.videoHeight;
    if (width === 0 || height === 0) continue;
    if (context === undefined || context.canvas.width !== width || context.canvas.height !== height) {
      context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }) ?? undefined;
      if (context === undefined) throw new VerilensError('UNSUPPORTED', 'there is no 2-d canvas here', { place });
    }
    context.drawImage(element, 0, 0);
    // Cameras have no media time of their own that starts at zero.
    const milliseconds = shown.captureTime ?? shown.expectedDisplayTime;
    firstIndex ??= shown.presentedFrames;
    firstMs ??= milliseconds;
    yield {
      image: { data: context.getImageData(0, 0, width, height).data, width, height },
      timestampMs: milliseconds - firstMs,
      index: shown.presentedFrames - firstIndex,
    };
  }
}

function nextFrame(element: HTMLVideoElement, signal: AbortSignal | undefined): Promise<VideoFrameCallbackMetadata | undefined> {
  if (element.ended) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const done = (metadata: VideoFrameCallbackMetadata | undefined): void => {
      element.cancelVideoFrameCallback(handle);
      element.removeEventListener('ended', end);
      signal?.removeEventListener('abort', end);
      resolve(metadata);
    };
    const end = (): void => done(undefined);
    const handle = element.requestVideoFrameCallback((_now, metadata) => done(metadata));
    element.addEventListener('ended', end);
    signal?.addEventListener('abort', end);
  });
}
