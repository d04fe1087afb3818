import type { Random } from '../random.ts';
import { drawFrame, drawInnerMask, type Grid } from './draw.ts';
import type { Colour, ProceduralIdentity } from './identity.ts';
import { drawCurve, mouthOpening, type ProceduralMotion } from './motion.ts';
import type { BlendParameters, ProceduralParameters } from './parameters.ts';

/** The ways to forge a procedural clip. */
export const forgeryTypes = ['swap', 'paste', 'reenact', 'resample', 'gaze', 'selfblend'] as const;
export type ForgeryType = (typeof forgeryTypes)[number];

/** A clip about to be drawn: who, how it moves, and what happens to each drawn frame. */
export interface Scene {
  readonly person: ProceduralIdentity;
  readonly motion: ProceduralMotion;
  /** Changes frame `t` in place: RGB [side, side, 3]. */
  readonly finish?: (canvas: Float32Array, t: number) => void;
}

/** Buffers that one set of clips draws into again and again. */
export interface Workspace {
  readonly grid: Grid;
  readonly canvas: Float32Array;
  readonly second: Float32Array;
  readonly mask: Float32Array;
}

export function workspaceOf(grid: Grid): Workspace {
  const pixels = grid.side * grid.side;
  return { grid, canvas: new Float32Array(pixels * 3), second: new Float32Array(pixels * 3), mask: new Float32Array(pixels) };
}

/**
 * Forges a scene. The frame outside the inner face stays as it was; `reenact` and `gaze` change what is drawn, so that
 * no single frame shows a trace of pixels.
 * @param donor another person, asked for by `swap` and `paste` only
 */
export function forgeScene(
  type: ForgeryType,
  scene: Scene,
  donor: () => ProceduralIdentity,
  random: Random,
  work: Workspace,
  parameters: ProceduralParameters,
): Scene {
  switch (type) {
    case 'swap': {
      const motion = shaken(scene.motion, random, parameters.swap.jitterPx, parameters.swap.gain);
      return blended(scene, onto(scene.person, donor(), parameters.swap), motion, parameters.swap.edge, work, parameters);
    }
    case 'paste':
      return blended(scene, onto(scene.person, donor(), parameters.paste), scene.motion, parameters.paste.edge, work, parameters);
    case 'selfblend': {
      const law = parameters.selfblend;
      const tint: Colour = [
        1 + random.uniform(-law.channelGain, law.channelGain),
        1 + random.uniform(-law.channelGain, law.channelGain),
        1 + random.uniform(-law.channelGain, law.channelGain),
      ];
      const scale = 1 + random.uniform(-law.scale, law.scale);
      const motion = shaken(scene.motion, random, law.jitterPx, law.gain, law.shiftPx);
      return blended(
        scene,
        tinted(scene.person, tint),
        motion,
        law.edge,
        { ...work, grid: { ...work.grid, faceScale: work.grid.faceScale * scale } },
        parameters,
        work.grid,
      );
    }
    case 'reenact': {
      // every frame's mouth is that of a random moment of one curve: each alone is as likely as in a real clip
      const curve = drawCurve(random, parameters.motion.mouthSpeed);
      const { mix, horizonFrames } = parameters.reenact;
      const mouth = scene.motion.mouth.map((opening) => (1 - mix) * opening + mix * mouthOpening(curve(random.integer(0, horizonFrames))));
      return { ...scene, motion: { ...scene.motion, mouth } };
    }
    case 'gaze':
      return { ...scene, motion: { ...scene.motion, ...parted(scene.motion, random, parameters) } };
    case 'resample': {
      const law = parameters.resample;
      const offsets = scene.motion.gain.map(() => random.normal(0, law.offset));
      return {
        ...scene,
        finish: (canvas, t) => {
          drawInnerMask(work.mask, work.grid, scene.person, scene.motion, t, law.edge, parameters.inner);
          reduceAndEnlarge(canvas, work.second, work.grid.side, 2 * law.factor);
          const { mask, second } = work;
          for (let i = 0; i < mask.length; i++) {
            const weight = mask[i]!;
            if (weight === 0) continue;
            for (let c = 3 * i; c < 3 * i + 3; c++) canvas[c] = canvas[c]! + weight * (law.mix * (second[c]! - canvas[c]!) + offsets[t]!);
          }
        },
      };
    }
  }
}

/** Draws the second face with its own motion and blends it in over the target's inner face. */
function blended(
  scene: Scene,
  person: ProceduralIdentity,
  motion: ProceduralMotion,
  edge: number,
  work: Workspace,
  parameters: ProceduralParameters,
  targetGrid: Grid = work.grid,
): Scene {
  return {
    ...scene,
    finish: (canvas, t) => {
      const { mask, second } = work;
      drawInnerMask(mask, targetGrid, scene.person, scene.motion, t, edge, parameters.inner);
      drawFrame(second, work.grid, person, motion, t, mask);
      for (let i = 0; i < mask.length; i++) {
        const weight = mask[i]!;
        if (weight === 0) continue;
        for (let c = 3 * i; c < 3 * i + 3; c++) canvas[c] = canvas[c]! + weight * (second[c]! - canvas[c]!);
      }
    },
  };
}

/** The donor's face on the target's geometry, its colours drawn towards the target's. */
function onto(target: ProceduralIdentity, donor: ProceduralIdentity, law: BlendParameters): ProceduralIdentity {
  const mixed = (a: Colour, b: Colour, weight: number): Colour => [
    a[0] + weight * (b[0] - a[0]),
    a[1] + weight * (b[1] - a[1]),
    a[2] + weight * (b[2] - a[2]),
  ];
  return {
    ...donor,
    skin: mixed(donor.skin, target.skin, law.colourMatch),
    lip: mixed(donor.lip, target.lip, law.colourMatch),
    hair: mixed(donor.hair, target.hair, 0.5),
    faceHalfWidth: target.faceHalfWidth,
    faceHalfHeight: target.faceHalfHeight,
    eyeHalfDistance: target.eyeHalfDistance,
    eyeY: target.eyeY,
    hairlineY: target.hairlineY,
  };
}

function tinted(person: ProceduralIdentity, tint: Colour): ProceduralIdentity {
  const times = (colour: Colour): Colour => [colour[0] * tint[0], colour[1] * tint[1], colour[2] * tint[2]];
  return { ...person, skin: times(person.skin), lip: times(person.lip), iris: times(person.iris) };
}

/** The motion with a constant shift and an independent jitter and gain in every frame. */
function shaken(motion: ProceduralMotion, random: Random, jitterPx: number, gain: number, shiftPx = 0): ProceduralMotion {
  const [x, y] = [random.uniform(-shiftPx, shiftPx), random.uniform(-shiftPx, shiftPx)];
  return {
    ...motion,
    shiftX: motion.shiftX.map((value) => value + x + random.uniform(-jitterPx, jitterPx)),
    shiftY: motion.shiftY.map((value) => value + y + random.uniform(-jitterPx, jitterPx)),
    gain: motion.gain.map((value) => value * (1 + random.uniform(-gain, gain))),
  };
}

/** Pupils that no longer share one direction. */
function parted(motion: ProceduralMotion, random: Random, parameters: ProceduralParameters): Pick<ProceduralMotion, 'gazeX' | 'gazeY'> {
  const { mode, mix } = parameters.gaze;
  const law = parameters.motion;
  const [ownX, ownY] = [drawCurve(random, law.speed), drawCurve(random, law.speed)];
  const x = motion.gazeX[0].map((value, t) => (1 - mix) * value + mix * (mode === 'mirror' ? -value : law.gaze * ownX(t)));
  const y = motion.gazeY[0].map((value, t) =>
    mode === 'mirror' ? value : (1 - mix) * value + mix * law.gaze * law.gazeVertical * ownY(t),
  );
  return { gazeX: [motion.gazeX[0], x], gazeY: [motion.gazeY[0], y] };
}

/** `output` = `input` [side, side, 3] averaged over blocks of `factor` pixels, then enlarged bilinearly. */
function reduceAndEnlarge(input: Float32Array, output: Float32Array, side: number, factor: number): void {
  const small = side / factor;
  const reduced = new Float32Array(small * small * 3);
  const share = 1 / (factor * factor);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (y * side + x) * 3;
      const to = (((y / factor) | 0) * small + ((x / factor) | 0)) * 3;
      for (let c = 0; c < 3; c++) reduced[to + c] = reduced[to + c]! + share * input[from + c]!;
    }
  }
  for (let y = 0; y < side; y++) {
    const sy = Math.min(small - 1, Math.max(0, (y + 0.5) / factor - 0.5));
    const y0 = Math.min(small - 2, sy | 0);
    const fy = sy - y0;
    for (let x = 0; x < side; x++) {
      const sx = Math.min(small - 1, Math.max(0, (x + 0.5) / factor - 0.5));
      const x0 = Math.min(small - 2, sx | 0);
      const fx = sx - x0;
      const from = (y0 * small + x0) * 3;
      const to = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) {
        const a = reduced[from + c]! + fx * (reduced[from + c + 3]! - reduced[from + c]!);
        const b = reduced[from + small * 3 + c]! + fx * (reduced[from + small * 3 + c + 3]! - reduced[from + small * 3 + c]!);
        output[to + c] = a + fy * (b - a);
      }
    }
  }
}
