/** RGBA pixels, 8 bits a channel, row by row: the shape of the web's `ImageData`. */
export interface Image {
  /** length = width * height * 4 */
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One picture of a video, with its place in time. */
export interface VideoFrame {
  readonly image: Image;
  /** Presentation time from the start of the file or stream, in milliseconds. */
  readonly timestampMs: number;
  /** Number of the frame in the source, from 0, counting frames that were not sampled too. */
  readonly index: number;
  /**
   * Gives the memory of `image` back for a later frame; its pixels must not be read afterwards. For whoever alone reads the
   * frames, and never needed: what is let go of is collected.
   */
  readonly release?: () => void;
}

/** Axis-aligned box in pixels of its picture: left, top, width, height. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

/** 2x3 affine map, row by row: x' = a*x + b*y + c, y' = d*x + e*y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
