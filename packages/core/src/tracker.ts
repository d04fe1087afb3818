import type { CallOptions, Component, RunInfo } from './component.ts';
import type { Box, VideoFrame } from './image.ts';

/** `tracking`: seen in this frame. `uncertain`: the box is a guess from motion. `lost`: no longer followed; the box is the last one held. */
export type TrackState = 'tracking' | 'uncertain' | 'lost';

export interface TrackResult extends RunInfo {
  /** In pixels of the frame; may reach over its border, never NaN, width and height above 0. */
  readonly box: Box;
  /** 0..1 */
  readonly confidence: number;
  readonly state: TrackState;
  readonly timestampMs: number;
  /** The method's own figures, by name, e.g. `peakToSidelobe`: for curves in a report. Finite. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** Follows one object given by a box. One tracker follows one object at a time; `init` again starts anew. */
export interface Tracker extends Component {
  /** @throws VerilensError BAD_INPUT for a box of no area or wholly outside the frame */
  init(frame: VideoFrame, box: Box, options?: CallOptions): Promise<TrackResult>;
  /** @throws VerilensError BAD_INPUT before `init`, or when time runs backwards */
  update(frame: VideoFrame, options?: CallOptions): Promise<TrackResult>;
}
