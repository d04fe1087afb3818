import type { Box, Plugin, TrackResult, VideoFrame } from '@verilens/core';
import { claim, claimRunInfo, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';

export interface TrackerFixtures extends RoleFixtures {
  /** Overlap (IoU) with the true box the tracker must keep on a synthetic clip. Default 0.5. */
  readonly minimumOverlap?: number;
}

const BOX: Box = { x: 20, y: 18, width: 16, height: 16 };

/** A checkered square on a plain ground, 2 pixels further right and 1 further down in each frame. */
function frame(index: number): VideoFrame {
  const [width, height] = [96, 72];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - BOX.x - 2 * index, y - BOX.y - index];
      const inside = u >= 0 && v >= 0 && u < BOX.width && v < BOX.height;
      const value = inside ? (((u >> 2) + (v >> 2)) % 2 === 0 ? 230 : 20 + u * 6) : 110 + ((x * 7 + y * 3) % 9);
      data.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { image: { data, width, height }, timestampMs: index * 40, index };
}

function overlap(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x));
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

function claimTrack(result: TrackResult, timestampMs: number): void {
  claimUnit(result.confidence, 'confidence');
  claim(['tracking', 'uncertain', 'lost'].includes(result.state), `state is "${result.state}"`);
  claim(
    Object.values(result.box).every(Number.isFinite) && result.box.width > 0 && result.box.height > 0,
    `box is ${JSON.stringify(result.box)}`,
  );
  claim(Object.values(result.figures ?? {}).every(Number.isFinite), `figures are ${JSON.stringify(result.figures)}`);
  claim(result.timestampMs === timestampMs, `timestampMs is ${result.timestampMs}, the frame's is ${timestampMs}`);
}

/** What every tracker must do. */
export function trackerCases(makePlugin: () => Plugin<'tracker'>, fixtures: TrackerFixtures = {}): readonly ConformanceCase[] {
  const withTracker = componentOf(makePlugin, fixtures);
  const { minimumOverlap = 0.5 } = fixtures;
  return [
    ...commonCases('tracker', makePlugin, fixtures, (tracker, options) => tracker.init(frame(0), BOX, options)),
    {
      name: 'stays on its target',
      run: withTracker(async (tracker, runtime) => {
        claimTrack(await tracker.init(frame(0), BOX), 0);
        for (let index = 1; index < 15; index++) {
          const result = await tracker.update(frame(index));
          claimRunInfo(result, runtime);
          claimTrack(result, index * 40);
          const kept = overlap(result.box, { ...BOX, x: BOX.x + 2 * index, y: BOX.y + index });
          claim(kept >= minimumOverlap, `overlap ${kept} at frame ${index}, expected ${minimumOverlap}`);
        }
      }),
    },
    {
      name: 'does not claim to see what has gone',
      run: withTracker(async (tracker) => {
        const before = await tracker.init(frame(0), BOX);
        const empty: VideoFrame = { ...frame(1), image: { ...frame(1).image, data: new Uint8ClampedArray(96 * 72 * 4).fill(110) } };
        const gone = await tracker.update(empty);
        claim(gone.state !== 'tracking' || gone.confidence < before.confidence, 'as sure of an empty frame as of its target');
      }),
    },
    {
      name: 'starts anew',
      run: withTracker(async (tracker) => {
        await tracker.init(frame(0), BOX);
        await tracker.update(frame(1));
        claim(overlap((await tracker.init(frame(0), BOX)).box, BOX) > 0.9, 'a second init does not take the new box');
        claimTrack(await tracker.update(frame(1)), 40);
      }),
    },
    {
      name: 'refuses what it cannot follow',
      run: withTracker(async (tracker) => {
        await refuses('BAD_INPUT', 'update before init', () => tracker.update(frame(0)));
        await refuses('BAD_INPUT', 'a box of no area', () => tracker.init(frame(0), { ...BOX, width: 0 }));
        await refuses(['BAD_INPUT', 'NOT_FINITE'], 'a box of NaN', () => tracker.init(frame(0), { ...BOX, x: NaN }));
        await refuses('BAD_INPUT', 'a box outside the frame', () => tracker.init(frame(0), { ...BOX, x: 500 }));
        await tracker.init(frame(5), BOX);
        await refuses('BAD_INPUT', 'time running backwards', () => tracker.update(frame(4)));
      }),
    },
  ];
}
