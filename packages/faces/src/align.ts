import { VerilensError, type Affine, type Box, type Point } from '@verilens/core';

/** Side of the crop over the face's own measure: 1.3 times a tight box. */
const CROP_SCALE = 1.3 * 2.15;

/** Right eye, left eye, nose tip, mouth centre, right ear, left ear. */
export type KeyPoints = readonly Point[];

export interface FaceMeasure {
  readonly eyeMiddle: Point;
  readonly mouth: Point;
  readonly eyeDistance: number;
  readonly eyeMouthDistance: number;
  /** Of the line from the right eye to the left eye; 0 when level. Radians, clockwise on screen. */
  readonly roll: number;
}

/** @throws VerilensError BAD_INPUT for fewer than four or not finite points */
export function measureFace(keypoints: KeyPoints): FaceMeasure {
  const [right, left, , mouth] = keypoints;
  if (right === undefined || left === undefined || mouth === undefined || ![...right, ...left, ...mouth].every(Number.isFinite)) {
    throw new VerilensError('BAD_INPUT', 'key points do not describe a face', {
      place: 'faces/align',
      expected: 'eyes, nose and mouth, finite',
      got: JSON.stringify(keypoints),
    });
  }
  const eyeMiddle: Point = [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2];
  return {
    eyeMiddle,
    mouth,
    eyeDistance: Math.hypot(left[0] - right[0], left[1] - right[1]),
    eyeMouthDistance: Math.hypot(mouth[0] - eyeMiddle[0], mouth[1] - eyeMiddle[1]),
    roll: Math.atan2(left[1] - right[1], left[0] - right[0]),
  };
}

/**
 * How far the head is turned, from the nose's place between the eyes: 0 frontal, about +-0.25 at 20 degrees, beyond
 * +-0.4 a profile begins. Positive towards the subject's left (the picture's right).
 */
export function faceTurn(keypoints: KeyPoints): number {
  const { eyeMiddle, eyeDistance, roll } = measureFace(keypoints);
  const nose = keypoints[2]!;
  return ((nose[0] - eyeMiddle[0]) * Math.cos(roll) + (nose[1] - eyeMiddle[1]) * Math.sin(roll)) / Math.max(eyeDistance, 1e-6);
}

/** Side in source pixels of the square that becomes the crop. */
export function cropSide({ eyeDistance, eyeMouthDistance }: FaceMeasure): number {
  return CROP_SCALE * Math.max(eyeDistance, 0.78 * eyeMouthDistance);
}

/**
 * Source pixel -> crop pixel for an aligned face: eyes level, centre at eye middle + 0.42 (mouth - eye middle),
 * side 1.3 * 2.15 * max(eye distance, 0.78 * eye-mouth distance). The second term keeps the scale when the head turns.
 *
 * @param size side of the crop in pixels
 */
export function alignFace(keypoints: KeyPoints, size: number): Affine {
  const face = measureFace(keypoints);
  const scale = size / cropSide(face);
  const c = scale * Math.cos(face.roll);
  const s = scale * Math.sin(face.roll);
  const x = face.eyeMiddle[0] + 0.42 * (face.mouth[0] - face.eyeMiddle[0]);
  const y = face.eyeMiddle[1] + 0.42 * (face.mouth[1] - face.eyeMiddle[1]);
  const middle = (size - 1) / 2;
  return [c, s, middle - c * x - s * y, -s, c, middle + s * x - c * y];
}

/** The upright square of `factor` times the crop's side around the face, in whole pixels inside the picture. */
export function surroundings(keypoints: KeyPoints, factor: number, width: number, height: number): Box {
  const face = measureFace(keypoints);
  const half = (cropSide(face) * factor) / 2;
  const x = face.eyeMiddle[0] + 0.42 * (face.mouth[0] - face.eyeMiddle[0]);
  const y = face.eyeMiddle[1] + 0.42 * (face.mouth[1] - face.eyeMiddle[1]);
  const left = Math.min(width - 1, Math.max(0, Math.floor(x - half)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(y - half)));
  const right = Math.max(left + 1, Math.min(width, Math.ceil(x + half)));
  const bottom = Math.max(top + 1, Math.min(height, Math.ceil(y + half)));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
