import { exactCos, exactSin } from '../exact-math.ts';
import type { ProceduralIdentity } from './identity.ts';
import type { ProceduralMotion } from './motion.ts';
import type { ProceduralParameters } from './parameters.ts';

/** A frame's size in the drawing: everything is laid out for 32 pixels and drawn at twice the size, then pooled. */
export interface Grid {
  /** Side of the frame in pixels. */
  readonly size: number;
  /** Side of the drawing: 2 * size. */
  readonly side: number;
  readonly faceScale: number;
}

export function gridOf(size: number, parameters: ProceduralParameters): Grid {
  return { size, side: 2 * size, faceScale: parameters.faceScale };
}

/** Coverage of a shape whose border lies at distance 0: 1 inside, 0 outside, linear over `width`. */
function soft(distance: number, width: number): number {
  const weight = 0.5 - distance / width;
  return weight < 0 ? 0 : weight > 1 ? 1 : weight;
}

/**
 * Draws one frame, RGB [side, side, 3], 0..1 (a little more where the light gains). Shapes are painted back to front:
 * background, hair, skin with nose and hairline, brows, eyes, irises, lips, open mouth.
 * @param where weights, [side, side]: pixels of weight 0 are left as they are
 */
export function drawFrame(
  canvas: Float32Array,
  grid: Grid,
  person: ProceduralIdentity,
  motion: ProceduralMotion,
  t: number,
  where?: Float32Array,
): void {
  const { side, size, faceScale } = grid;
  const step = 16 / size; // drawing pixel in pixels of a 32-pixel frame
  const texel = (size / 16) * faceScale; // texture grid steps in a face unit
  const texture = person.texture;
  const cos = exactCos(motion.roll[t]!) / faceScale;
  const sin = exactSin(motion.roll[t]!) / faceScale;
  const shiftX = motion.shiftX[t]!;
  const shiftY = motion.shiftY[t]!;
  const gain = motion.gain[t]!;
  const [skinR, skinG, skinB] = person.skin;
  const [hairR, hairG, hairB] = person.hair;
  const [lipR, lipG, lipB] = person.lip;
  const [irisR, irisG, irisB] = person.iris;
  const faceX = person.faceHalfWidth;
  const faceY = person.faceHalfHeight;
  const hairX = faceX + 1.6;
  const hairY = faceY + 1.2;
  const eye = person.eyeHalfWidth;
  const lid = eye * ((1 - motion.blink[t]!) * 0.75 + 0.08);
  const browReach = eye * 1.2;
  const { eyeHalfDistance, eyeY, browHeight, browTilt, browHalfThickness, mouthY, noseY, hairlineY } = person;
  const lipHalfX = person.mouthHalfWidth;
  const lipHalfY = 0.75 + 1.3 * motion.mouth[t]!;
  const openHalfX = lipHalfX * 0.78;
  const openHalfY = 0.15 + 1.25 * motion.mouth[t]!;
  // nothing of an eye or its brow lies further from the eye's middle than this
  const eyeReachX = browReach + eye * 0.35 + 0.4;
  const eyeTop = browHeight + browHalfThickness + 1.5;
  let at = 0;
  for (let row = 0; row < side; row++) {
    const y = (row + 0.5) * step - 16 - shiftY;
    const down = ((row + 0.5) / side - 0.5) * 2;
    const backR = person.background[0] + person.backgroundGradient[0] * down;
    const backG = person.background[1] + person.backgroundGradient[1] * down;
    const backB = person.background[2] + person.backgroundGradient[2] * down;
    for (let column = 0; column < side; column++, at += 3) {
      if (where !== undefined && where[row * side + column] === 0) continue;
      const x = (column + 0.5) * step - 16 - shiftX;
      const u = cos * x + sin * y;
      const v = cos * y - sin * x;
      let r = backR;
      let g = backG;
      let b = backB;
      const hu = u / hairX;
      const hv = (v + 1.5) / hairY;
      const hairSquare = hu * hu + hv * hv;
      if (hairSquare < 1.1026) {
        const weight = hairSquare < 0.9024 ? 1 : soft(Math.sqrt(hairSquare) * 10 - 10, 1);
        r += weight * (hairR - r);
        g += weight * (hairG - g);
        b += weight * (hairB - b);
      }
      const fu = u / faceX;
      const fv = v / faceY;
      const faceSquare = fu * fu + fv * fv;
      if (faceSquare < 1.1026) {
        // skin: texture by bilinear lookup, darker to the sides and the chin
        let tx = u * texel + size;
        let ty = v * texel + size;
        tx = tx < 0 ? 0 : tx > side - 1.001 ? side - 1.001 : tx;
        ty = ty < 0 ? 0 : ty > side - 1.001 ? side - 1.001 : ty;
        const x0 = tx | 0;
        const y0 = ty | 0;
        const fx = tx - x0;
        const fy = ty - y0;
        const i = y0 * side + x0;
        const upper = texture[i]! + fx * (texture[i + 1]! - texture[i]!);
        const lower = texture[i + side]! + fx * (texture[i + side + 1]! - texture[i + side]!);
        const grain = upper + fy * (lower - upper);
        let shade = (1 - 0.012 * Math.abs(u) - 0.006 * (v > 0 ? v : 0)) * (1 + grain);
        if (u > -1.5 && u < 1.7 && v > -5 && v < 5) {
          const tip = soft(Math.sqrt((u / 0.9) ** 2 + ((v - noseY) / 0.6) ** 2) - 1, 1);
          const bridge = soft(Math.sqrt(((u - 0.7) / 0.5) ** 2 + ((v - 0.2) / 2.4) ** 2) - 1, 1.5);
          shade -= 0.22 * tip + 0.08 * bridge;
        }
        let sr = skinR * shade;
        let sg = skinG * shade;
        let sb = skinB * shade;
        const overHairline = v - hairlineY + 0.018 * u * u;
        if (overHairline < 0.6) {
          const weight = soft(overHairline, 1.2);
          sr += weight * (hairR - sr);
          sg += weight * (hairG - sg);
          sb += weight * (hairB - sb);
        }
        const outward = u < 0 ? -1 : 1;
        const ex = u - outward * eyeHalfDistance;
        const ey = v - eyeY;
        if (ex < eyeReachX && ex > -eyeReachX && ey > -eyeTop && ey < 2.5) {
          const k = outward < 0 ? 0 : 1;
          const brow =
            0.85 * soft(Math.max(Math.abs(ey + browHeight - outward * browTilt * ex) - browHalfThickness, Math.abs(ex) - browReach), 0.7);
          sr += brow * (hairR * 0.7 - sr);
          sg += brow * (hairG * 0.7 - sg);
          sb += brow * (hairB * 0.7 - sb);
          const white = soft(Math.sqrt((ex / eye) ** 2 + (ey / lid) ** 2) - 1, 0.7);
          if (white > 0) {
            const iris = white * soft(Math.sqrt((ex - motion.gazeX[k]![t]!) ** 2 + (ey - motion.gazeY[k]![t]!) ** 2) - 0.75, 0.6);
            sr += white * (0.88 - sr);
            sg += white * (0.88 - sg);
            sb += white * (0.88 - sb);
            sr += iris * (irisR - sr);
            sg += iris * (irisG - sg);
            sb += iris * (irisB - sb);
          }
        }
        const mv = v - mouthY;
        if (mv > -3.2 && mv < 3.2) {
          const lip = soft(Math.sqrt((u / lipHalfX) ** 2 + (mv / lipHalfY) ** 2) - 1, 0.5);
          if (lip > 0) {
            const relief = 1 + 0.5 * grain;
            sr += lip * (lipR * relief - sr);
            sg += lip * (lipG * relief - sg);
            sb += lip * (lipB * relief - sb);
            const open = soft(Math.sqrt((u / openHalfX) ** 2 + (mv / openHalfY) ** 2) - 1, 0.5);
            sr += open * (0.12 - sr);
            sg += open * (0.12 - sg);
            sb += open * (0.12 - sb);
          }
        }
        const weight = faceSquare < 0.9024 ? 1 : soft(Math.sqrt(faceSquare) * 10 - 10, 1);
        r += weight * (sr - r);
        g += weight * (sg - g);
        b += weight * (sb - b);
      }
      canvas[at] = r * gain;
      canvas[at + 1] = g * gain;
      canvas[at + 2] = b * gain;
    }
  }
}

/**
 * Weight of the inner face (the part a forgery replaces) for one frame, [side, side], 0..1: an ellipse that moves with
 * the face.
 * @param edge width of its soft border, in eighths of its radius
 */
export function drawInnerMask(
  mask: Float32Array,
  grid: Grid,
  person: ProceduralIdentity,
  motion: ProceduralMotion,
  t: number,
  edge: number,
  inner: ProceduralParameters['inner'],
): void {
  const { side, size, faceScale } = grid;
  const step = 16 / size;
  const cos = exactCos(motion.roll[t]!) / faceScale;
  const sin = exactSin(motion.roll[t]!) / faceScale;
  const halfX = person.faceHalfWidth * inner.width;
  const halfY = person.faceHalfHeight * inner.height;
  let at = 0;
  for (let row = 0; row < side; row++) {
    const y = (row + 0.5) * step - 16 - motion.shiftY[t]!;
    for (let column = 0; column < side; column++, at++) {
      const x = (column + 0.5) * step - 16 - motion.shiftX[t]!;
      const mu = (cos * x + sin * y) / halfX;
      const mv = (cos * y - sin * x - inner.centreY) / halfY;
      mask[at] = soft((Math.sqrt(mu * mu + mv * mv) - 1) * 8, edge);
    }
  }
}

/** Six key points of one frame (right eye, left eye, nose tip, mouth, right ear, left ear of the person), in frame pixels: x, y each. */
export function facePoints(grid: Grid, person: ProceduralIdentity, motion: ProceduralMotion, t: number): number[] {
  const cos = exactCos(motion.roll[t]!) * grid.faceScale;
  const sin = exactSin(motion.roll[t]!) * grid.faceScale;
  const { eyeHalfDistance, eyeY, noseY, mouthY, faceHalfWidth } = person;
  const points = [
    [-eyeHalfDistance, eyeY],
    [eyeHalfDistance, eyeY],
    [0, noseY],
    [0, mouthY],
    [-faceHalfWidth, 0],
    [faceHalfWidth, 0],
  ] as const;
  // inverse of the drawing's map: a pixel's centre lies at + 0.5
  return points.flatMap(([u, v]) => [
    (cos * u - sin * v + motion.shiftX[t]! + 16) * (grid.size / 32) - 0.5,
    (sin * u + cos * v + motion.shiftY[t]! + 16) * (grid.size / 32) - 0.5,
  ]);
}
