import type { Image, TrackResult, VideoFrame } from '@verilens/core';
import type { TrackedStill } from '@verilens/report';
import { drawBox, resizeBilinear } from '@verilens/vision';

/** Colours of the drawn box by state. */
export const STATE_COLOURS = { tracking: [60, 220, 90], uncertain: [250, 190, 40], lost: [240, 60, 60] } as const;

/** Pictures kept at most, and their width. */
const MOST = 12;
const WIDTH = 480;

export interface Stills {
  see(frame: VideoFrame, result: TrackResult): void;
  kept(): readonly TrackedStill[];
}

/** Frames with their boxes, spread evenly over a video whose length is not known beforehand; memory does not grow with it. */
export function createStills(): Stills {
  let kept: TrackedStill[] = [];
  let step = 1;
  let seen = 0;
  return {
    see({ image, timestampMs }, { box, state, confidence }) {
      if (seen++ % step !== 0) return;
      const scale = Math.min(1, WIDTH / image.width);
      const small: Image = resizeBilinear(
        image,
        Math.max(1, Math.round(image.width * scale)),
        Math.max(1, Math.round(image.height * scale)),
      );
      const area = { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale };
      drawBox(small, area, STATE_COLOURS[state], 2);
      kept.push({ image: small, timestampMs, state, confidence });
      if (kept.length <= MOST) return;
      kept = kept.filter((_, i) => i % 2 === 0);
      step *= 2;
    },
    kept: () => kept,
  };
}
