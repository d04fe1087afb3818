import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Box, VideoFrame } from './image.ts';

/** A stretch of the video that the text describes. */
export interface Moment {
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1 */
  readonly score: number;
  /** Where it is seen, one box per looked-at frame, when the method finds places and not only times. */
  readonly boxes: readonly { readonly timestampMs: number; readonly box: Box }[];
}

export interface Grounding extends RunInfo {
  readonly text: string;
  /** Best first. Empty when nothing in the video fits. */
  readonly moments: readonly Moment[];
}

export interface GroundOptions extends CallOptions {
  /** How many moments at most. Default 5. */
  readonly top?: number;
  readonly onProgress?: (progress: { readonly processedMs: number }) => void;
}

/** Finds the moments, and places, of a video that a sentence speaks of. */
export interface Grounder extends Component {
  /** Consumes the frames as a stream. @throws VerilensError BAD_INPUT for an empty text or a video of no frames */
  ground(video: AsyncIterable<VideoFrame>, text: string, options?: GroundOptions): Promise<Grounding>;
}
