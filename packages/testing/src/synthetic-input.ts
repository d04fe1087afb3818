import type { DetectorDemand, DetectorInput, FaceClip, FaceClipSpec, Image, VideoFrame } from '@verilens/core';

/** A picture with structure, different for each seed: gradients, a disc and a grid; opaque. */
export function syntheticImage(width: number, height: number, seed: number = 0): Image {
  const data = new Uint8ClampedArray(width * height * 4);
  const [cx, cy] = [width * (0.35 + 0.3 * fraction(seed * 0.37)), height * (0.35 + 0.3 * fraction(seed * 0.61))];
  const radius = Math.min(width, height) * (0.2 + 0.1 * fraction(seed * 0.83));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot(x - cx, y - cy) < radius ? 70 : 0;
      const grid = (x >> 2) % 2 === (y >> 2) % 2 ? 18 : 0;
      data.set(
        [60 + (100 * x) / width + inside, 50 + (110 * y) / height + grid, 90 + inside - grid + 40 * fraction(seed * 0.17), 255],
        (y * width + x) * 4,
      );
    }
  }
  return { data, width, height };
}

/** Frames at 25 a second, of a disc that moves. */
export async function* syntheticFrames(
  count: number,
  width: number = 64,
  height: number = 48,
  seed: number = 0,
): AsyncGenerator<VideoFrame> {
  for (let index = 0; index < count; index++)
    yield { image: syntheticImage(width, height, seed + index / 40), timestampMs: index * 40, index };
}

/** A clip with the shapes a face stage gives. What it shows is no face: it tests handling, not judgement. */
export function syntheticClip(spec: FaceClipSpec, place: number = 0, seed: number = 0): FaceClip {
  const { frames, size } = spec;
  const each = Array.from({ length: frames }, (_, index) => index);
  const points = [
    [0.35, 0.4],
    [0.65, 0.4],
    [0.5, 0.58],
    [0.5, 0.74],
    [0.2, 0.45],
    [0.8, 0.45],
  ].map(([x, y]) => [x! * size, y! * size] as const);
  return {
    trackId: 0,
    crops: each.map((index) => syntheticImage(size, size, seed + (place * frames + index) / 40)),
    timestampsMs: each.map((index) => (place * frames + index) * 40),
    boxes: each.map(() => ({ x: 20, y: 10, width: size, height: size })),
    keypoints: each.map(() => points),
    transforms: each.map(() => [1, 0, -20, 0, 1, -10] as const),
    eyeDistancePx: size * 0.3,
  };
}

/** An input of the kind a detector demands, with `items` frames or clips. */
export function syntheticInput(demand: DetectorDemand, items: number, seed: number = 0): DetectorInput {
  if (demand.kind === 'image') return { kind: 'image', image: syntheticImage(96, 96, seed) };
  if (demand.kind === 'frames') return { kind: 'frames', frames: syntheticFrames(items, 96, 96, seed) };
  return { kind: 'face-clips', clips: clips(demand, items, seed) };
}

async function* clips(spec: FaceClipSpec, count: number, seed: number): AsyncGenerator<FaceClip> {
  for (let place = 0; place < count; place++) yield syntheticClip(spec, place, seed);
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
