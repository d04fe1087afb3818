import { exactExp } from '../exact-math.ts';
import type { Random } from '../random.ts';
import type { ProceduralParameters, Range } from './parameters.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** A drawn person: colours 0..1, lengths in face units from the face's centre, y down. */
export interface ProceduralIdentity {
  readonly skin: Colour;
  readonly lip: Colour;
  readonly hair: Colour;
  readonly background: Colour;
  /** Change of the background from top to middle, and again to the bottom. */
  readonly backgroundGradient: Colour;
  readonly iris: Colour;
  readonly faceHalfWidth: number;
  readonly faceHalfHeight: number;
  readonly eyeHalfDistance: number;
  readonly eyeY: number;
  readonly eyeHalfWidth: number;
  readonly browHeight: number;
  readonly browTilt: number;
  readonly browHalfThickness: number;
  readonly mouthHalfWidth: number;
  readonly mouthY: number;
  readonly noseY: number;
  readonly hairlineY: number;
  /** Relative skin texture on the drawing grid, [side, side], mean 0. */
  readonly texture: Float32Array;
}

/** @param side of the drawing grid: twice the frame's size */
export function drawIdentity(random: Random, side: number, parameters: ProceduralParameters): ProceduralIdentity {
  const law = parameters.identity;
  const u = (range: Range): number => random.uniform(range[0], range[1]);
  const colour = (range: Range): Colour => [u(range), u(range), u(range)];
  const base = u(law.skinBase);
  const skin: Colour = [base, base * u(law.skinGreen), base * u(law.skinBlue)];
  const hairBrightness = u(law.hairBrightness);
  return {
    skin,
    lip: [skin[0] * u(law.lipRed), skin[1] * u(law.lipGreenBlue), skin[2] * u(law.lipGreenBlue)],
    hair: [u(law.hair) * hairBrightness, u(law.hair) * hairBrightness, u(law.hair) * hairBrightness],
    background: colour(law.background),
    backgroundGradient: colour(law.backgroundGradient),
    iris: colour(law.iris),
    faceHalfWidth: u(law.faceHalfWidth),
    faceHalfHeight: u(law.faceHalfHeight),
    eyeHalfDistance: u(law.eyeHalfDistance),
    eyeY: u(law.eyeY),
    eyeHalfWidth: u(law.eyeHalfWidth),
    browHeight: u(law.browHeight),
    browTilt: u(law.browTilt),
    browHalfThickness: u(law.browHalfThickness),
    mouthHalfWidth: u(law.mouthHalfWidth),
    mouthY: u(law.mouthY),
    noseY: u(law.noseY),
    hairlineY: u(law.hairlineY),
    texture: drawTexture(random.fork('texture'), side, 2 * law.textureSigma, law.textureAmplitude),
  };
}

/** White noise, blurred around the edges of the grid (it wraps), scaled to standard deviation `amplitude`. */
function drawTexture(random: Random, side: number, sigma: number, amplitude: number): Float32Array {
  const radius = Math.floor(3 * sigma + 1);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => exactExp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const noise = new Float32Array(side * side);
  for (let i = 0; i < noise.length; i++) noise[i] = random.normal();
  const across = blurRows(noise, side, kernel, radius);
  const texture = blurRows(across, side, kernel, radius); // each pass also transposes: the second blurs the columns
  let mean = 0;
  for (const value of texture) mean += value;
  mean /= texture.length;
  let variance = 0;
  for (const value of texture) variance += (value - mean) ** 2;
  const factor = amplitude / Math.sqrt(variance / texture.length);
  for (let i = 0; i < texture.length; i++) texture[i] = (texture[i]! - mean) * factor;
  return texture;
}

function blurRows(input: Float32Array, side: number, kernel: Float64Array, radius: number): Float32Array {
  const output = new Float32Array(side * side);
  const row = new Float64Array(side + 2 * radius);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < row.length; x++) row[x] = input[y * side + ((x - radius + side) % side)]!;
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * row[x + k]!;
      output[x * side + y] = sum;
    }
  }
  return output;
}
