import type { Box, VideoFrame } from '@verilens/core';
import { createRandom, type Random } from '../random.ts';

/** What happens to the object of a drawn sequence. */
export type TrackingEvent = 'plain' | 'scale' | 'occlusion' | 'blur' | 'distractors' | 'illumination' | 'rotation';

export const TRACKING_EVENTS: readonly TrackingEvent[] = ['plain', 'scale', 'occlusion', 'blur', 'distractors', 'illumination', 'rotation'];

export interface SequenceOptions {
  readonly event: TrackingEvent;
  readonly seed: number;
  /** Default 120 */
  readonly frames?: number;
  /** Default 320 x 240 */
  readonly width?: number;
  readonly height?: number;
  /** Geometric mean of the object's sides in pixels. Default 36 */
  readonly size?: number;
  /** Deviation of the sensor noise, 0..1 of full scale. Default 0.02 */
  readonly noise?: number;
}

export interface SequenceFrame {
  readonly frame: VideoFrame;
  /** Where the object is, exactly. Undefined while more than half of it is hidden. */
  readonly box: Box | undefined;
}

/** A colour for each place of a texture, RGB 0..1. */
type Texture = (u: number, v: number, out: Float64Array) => void;

/**
 * A textured object on a textured ground, drawn with exact truth. Equal options give equal frames.
 * The object moves along a smooth closed path; `event` says what else happens: it grows and shrinks, a bar passes before it,
 * it smears with its motion, three objects like it wander about, the light changes, it turns.
 */
export async function* trackingSequence(options: SequenceOptions): AsyncGenerator<SequenceFrame> {
  const { event, seed, frames = 120, width = 320, height = 240, size = 36, noise = 0.02 } = options;
  const draw = createRandom(seed).fork(`tracking ${event}`);
  const aspect = draw.fork('aspect').uniform(0.7, 1.4);
  const shape = { width: size * Math.sqrt(aspect), height: size / Math.sqrt(aspect) };
  const ground = texture(draw.fork('ground'), 40, 0.35);
  const object = texture(draw.fork('object'), 9, 0.8);
  const path = wander(draw.fork('path'), width, height, size);
  const others = Array.from({ length: event === 'distractors' ? 3 : 0 }, (_, i) => ({
    path: wander(draw.fork(`other path ${i}`), width, height, size),
    // alike in its coarse pattern, not in its fine one
    object: blend(object, texture(draw.fork(`other ${i}`), 9, 0.8), 0.5),
  }));
  const sensor = draw.fork('noise');
  const backdrop = new Float64Array(width * height * 3);
  const colour = new Float64Array(3);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += 3) {
      ground(x, y, colour);
      backdrop.set(colour, o);
    }
  }
  for (let index = 0; index < frames; index++) {
    const picture = backdrop.slice();
    const t = index / frames;
    for (const other of others) paint(picture, width, height, other.object, { ...other.path(t), ...shape, angle: 0 });
    const factor = event === 'scale' ? 1 + 0.5 * Math.sin(2 * Math.PI * t) : 1;
    const angle = event === 'rotation' ? 0.6 * Math.sin(2 * Math.PI * t) : 0;
    const sides = { width: shape.width * factor, height: shape.height * factor };
    const smears = event === 'blur' ? 6 : 1;
    paintSmeared(picture, width, height, object, smears, (share) => ({ ...path(t + (share * 2.5) / frames), ...sides, angle }));
    const middle = path(t);
    let box: Box | undefined = { x: middle.x - sides.width / 2, y: middle.y - sides.height / 2, ...sides };
    if (event === 'occlusion') {
      const bar = width * (((t * 2) % 1) * 1.4 - 0.2);
      paintBar(picture, width, height, bar, size * 0.6);
      const hidden = Math.max(0, Math.min(box.x + box.width, bar + size * 0.3) - Math.max(box.x, bar - size * 0.3)) / box.width;
      if (hidden > 0.5) box = undefined;
    }
    const light = event === 'illumination' ? 0.75 + 0.35 * Math.cos(2 * Math.PI * t * 1.5) : 1;
    yield { frame: { image: expose(picture, width, height, light, noise, sensor), timestampMs: index * 40, index }, box };
  }
}

/** Smooth random colours: sums of sine waves of about `scale` pixels, with blocks among them. */
function texture(draw: Random, scale: number, contrast: number): Texture {
  const waves = Array.from({ length: 7 }, () => ({
    kx: (draw.normal() * 2) / scale,
    ky: (draw.normal() * 2) / scale,
    phase: draw.uniform(0, 2 * Math.PI),
    gain: [draw.normal(), draw.normal(), draw.normal()] as const,
  }));
  const base = [draw.uniform(0.3, 0.7), draw.uniform(0.3, 0.7), draw.uniform(0.3, 0.7)];
  const [stepX, stepY] = [draw.uniform(0.8, 1.6) * scale, draw.uniform(0.8, 1.6) * scale];
  const shades = Array.from({ length: 64 }, () => draw.uniform(-0.25, 0.25));
  return (u, v, out) => {
    const block = shades[((((Math.floor(u / stepX) % 8) + 8) % 8) * 8 + (((Math.floor(v / stepY) % 8) + 8) % 8)) % 64]!;
    for (let c = 0; c < 3; c++) {
      let value = 0;
      for (const wave of waves) value += wave.gain[c]! * Math.sin(wave.kx * u + wave.ky * v + wave.phase);
      out[c] = Math.min(1, Math.max(0, base[c]! + contrast * (0.12 * value + block)));
    }
  };
}

function blend(a: Texture, b: Texture, share: number): Texture {
  const other = new Float64Array(3);
  return (u, v, out) => {
    a(u, v, out);
    b(u, v, other);
    for (let c = 0; c < 3; c++) out[c] = (1 - share) * out[c]! + share * other[c]!;
  };
}

/** A smooth path inside the frame: two sine waves on each axis. */
function wander(draw: Random, width: number, height: number, size: number): (t: number) => { readonly x: number; readonly y: number } {
  const wave = (): readonly [number, number, number] => [draw.integer(1, 4), draw.uniform(0, 2 * Math.PI), draw.uniform(0.4, 1)];
  const axis = (length: number): ((t: number) => number) => {
    const [a, b] = [wave(), wave()];
    const reach = (length / 2 - size) / (a[2] + b[2]);
    return (t) => length / 2 + reach * (a[2] * Math.sin(2 * Math.PI * a[0] * t + a[1]) + b[2] * Math.sin(2 * Math.PI * b[0] * t + b[1]));
  };
  const [x, y] = [axis(width), axis(height)];
  return (t) => ({ x: x(t), y: y(t) });
}

interface Pose {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

/** Paints the object, its edges soft over a pixel. */
function paint(picture: Float64Array, width: number, height: number, object: Texture, pose: Pose, share = 1): void {
  const colour = new Float64Array(3);
  const [cos, sin] = [Math.cos(pose.angle), Math.sin(pose.angle)];
  const reach = Math.hypot(pose.width, pose.height) / 2 + 1;
  for (let y = Math.max(0, Math.floor(pose.y - reach)); y < Math.min(height, pose.y + reach); y++) {
    for (let x = Math.max(0, Math.floor(pose.x - reach)); x < Math.min(width, pose.x + reach); x++) {
      const [dx, dy] = [x + 0.5 - pose.x, y + 0.5 - pose.y];
      const [u, v] = [cos * dx + sin * dy, cos * dy - sin * dx];
      const inside = Math.min(pose.width / 2 - Math.abs(u), pose.height / 2 - Math.abs(v)) + 0.5;
      if (inside <= 0) continue;
      // the texture grows with the object
      object((u / pose.width) * 36, (v / pose.height) * 36, colour);
      const alpha = Math.min(1, inside) * share;
      const o = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) picture[o + c] = (1 - alpha) * picture[o + c]! + alpha * colour[c]!;
    }
  }
}

/** The mean of several exposures over a frame's time, centred on it. */
function paintSmeared(
  picture: Float64Array,
  width: number,
  height: number,
  object: Texture,
  count: number,
  pose: (share: number) => Pose,
): void {
  const before = picture.slice();
  picture.fill(0);
  for (let i = 0; i < count; i++) {
    const one = before.slice();
    paint(one, width, height, object, pose((i + 0.5) / count - 0.5));
    for (let p = 0; p < picture.length; p++) picture[p]! += one[p]! / count;
  }
}

function paintBar(picture: Float64Array, width: number, height: number, middle: number, thickness: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = Math.max(0, Math.floor(middle - thickness / 2)); x < Math.min(width, middle + thickness / 2); x++) {
      const shade = 0.25 + 0.1 * Math.sin(y / 5);
      picture.fill(shade, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
}

function expose(picture: Float64Array, width: number, height: number, light: number, noise: number, sensor: Random): VideoFrame['image'] {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0, o = 0; i < width * height; i++, o += 4) {
    const grain = noise === 0 ? 0 : noise * sensor.normal();
    for (let c = 0; c < 3; c++) data[o + c] = 255 * (light * picture[i * 3 + c]! + grain);
    data[o + 3] = 255;
  }
  return { data, width, height };
}
