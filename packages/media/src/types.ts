import type { MediaInfo, MediaInput, VideoFrame } from '@verilens/core';
import type { Orientation } from '@verilens/vision';

/**
 * Which frames of a video to convert and deliver.
 * - `all`: every frame.
 * - `fps` / `everyMs`: on a regular grid from the first frame on, the nearest frame; a frame is never given twice.
 * - `burst`: runs of `frames` consecutive source frames, started `perSecond` times a second. Detectors of temporal
 *   traces need true neighbours; with `frameMs` frames of a fast video that come too soon after the last are left out. Runs that would overlap follow each other; a run cut by the end of the video is given short.
 */
export type Sampling =
  | 'all'
  | { readonly fps: number }
  | { readonly everyMs: number }
  | { readonly burst: { readonly frames: number; readonly perSecond: number; readonly frameMs?: number } };

export interface OpenMediaOptions {
  /** Pictures and frames with more pixels are refused with TOO_LARGE before they are decoded. Default 100 million. */
  readonly maxPixels?: number;
  /** Still pictures with more bytes are refused with TOO_LARGE. Default 512 MiB. Videos are streamed and not limited. */
  readonly maxImageBytes?: number;
  /** What lies behind transparent pixels: a colour (default white), or `keep` to deliver the alpha channel as it is. */
  readonly background?: readonly [r: number, g: number, b: number] | 'keep';
  /** Node: `webcodecs` or `ffmpeg` insists on one decoder of videos; `auto` takes ffmpeg only for what the first refuses. */
  readonly decoder?: 'auto' | 'webcodecs' | 'ffmpeg';
  readonly signal?: AbortSignal;
}

export interface FramesOptions {
  /** Default `all`. */
  readonly sampling?: Sampling;
  readonly signal?: AbortSignal;
}

/** What is known before decoding. */
export interface OpenedInfo extends MediaInfo {
  /** How the stored pixels are turned before delivery, as an EXIF code: applied already in the frames, and in width and height. */
  readonly orientation: Orientation;
  /** Number of frames, when the file says. */
  readonly frames?: number;
  /** Who decodes. */
  readonly decoder: 'sharp' | 'browser' | 'webcodecs' | 'ffmpeg' | 'none';
}

/** Opened media. Close it, or leave a loop over its frames, to release the file and the decoder. */
export interface Media extends AsyncDisposable {
  readonly kind: 'image' | 'video';
  readonly info: OpenedInfo;
  /**
   * The sampled frames in order of presentation. Can be called again for files, bytes and blobs (a new pass from the start);
   * streams and cameras can be read once.
   * @throws VerilensError BAD_INPUT for a damaged or truncated video, after the frames before the damage were delivered.
   */
  frames(options?: FramesOptions): AsyncIterable<VideoFrame>;
  close(): Promise<void>;
}

export type { MediaInput };

/** The same call in Node and in browsers. */
export type OpenMedia = (source: MediaInput, options?: OpenMediaOptions) => Promise<Media>;
