import { exactSin } from '../exact-math.ts';
import type { Random } from '../random.ts';
import type { ProceduralParameters, Range } from './parameters.ts';

/** How a face moves: one value a frame and curve. */
export interface ProceduralMotion {
  /** Shift of the face in pixels of a 32-pixel frame. */
  readonly shiftX: Float64Array;
  readonly shiftY: Float64Array;
  /** Radians. */
  readonly roll: Float64Array;
  /** Brightness factor. */
  readonly gain: Float64Array;
  /** 0 shut .. 1 open. */
  readonly mouth: Float64Array;
  /** 0 open .. 1 shut. */
  readonly blink: Float64Array;
  /** Shift of the pupils in face units: of the eye on the left of the frame, then of the other. */
  readonly gazeX: readonly [Float64Array, Float64Array];
  readonly gazeY: readonly [Float64Array, Float64Array];
}

/** A smooth curve through -1..1: two slow sinusoids with random weight, speed and phase. */
export type Curve = (frame: number) => number;

export function drawCurve(random: Random, speed: Range): Curve {
  const [a, b] = [random.uniform(0.4, 1), random.uniform(0.4, 1)];
  const [v, w] = [random.uniform(speed[0], speed[1]), random.uniform(speed[0], speed[1])];
  const [p, q] = [random.uniform(0, 6.283185307179586), random.uniform(0, 6.283185307179586)];
  return (frame) => (a * exactSin(v * frame + p) + b * exactSin(w * frame + q)) / (a + b);
}

/** Mouth opening at a point of its curve: it rests open and shut for a while at the ends. */
export function mouthOpening(value: number): number {
  return Math.min(1, Math.max(0, 0.5 + 0.55 * value));
}

export function drawMotion(random: Random, frames: number, parameters: ProceduralParameters): ProceduralMotion {
  const law = parameters.motion;
  const sample = (curve: Curve, of: (value: number) => number): Float64Array =>
    Float64Array.from({ length: frames }, (_, t) => of(curve(t)));
  const along = (amplitude: number): Float64Array => sample(drawCurve(random, law.speed), (value) => amplitude * value);
  const shiftX = along(law.shiftPx);
  const shiftY = along(law.shiftPx);
  const roll = along((law.rollDegrees * 3.141592653589793) / 180);
  const mouth = sample(drawCurve(random, law.mouthSpeed), mouthOpening);
  const gazeX = along(law.gaze);
  const gazeY = along(law.gaze * law.gazeVertical);
  const gain = sample(drawCurve(random, law.gainSpeed), (value) => 1 + law.gain * value);
  const shutAt = random.uniform(-6, frames + 6);
  const blink = Float64Array.from({ length: frames }, (_, t) => Math.max(0, 1 - Math.abs(t - shutAt) / law.blinkHalfFrames));
  return { shiftX, shiftY, roll, gain, mouth, blink, gazeX: [gazeX, gazeX], gazeY: [gazeY, gazeY] };
}
