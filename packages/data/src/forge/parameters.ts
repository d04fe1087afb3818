/**
 * Every number of the forging operations, in one place. A change that alters pixels raises `version`, so that a result
 * names the forgeries it was measured on. Lengths are in pixels of the `workSize` crop.
 */
export interface ForgeParameters {
  readonly version: number;
  /** Side of the square in which forging happens. */
  readonly workSize: number;
  /** Side of the finished clips; `workSize` must be a whole multiple of it. */
  readonly outputSize: number;
  readonly swap: {
    /** Position error per axis and frame, uniform +-. */
    readonly jitterPx: number;
    /** Brightness error per frame, uniform +-, relative. */
    readonly gain: number;
    /** 0 keeps the donor's colours, 1 takes the target's mean and spread. */
    readonly colourMatch: number;
    /** Width of the soft edge (standard deviation). */
    readonly softPx: number;
  };
  readonly paste: { readonly colourMatch: number; readonly softPx: number };
  readonly reenact: {
    /** How far from the frame another moment's mouth may come, in source frames. */
    readonly rangeFrames: number;
    readonly softPx: number;
  };
  readonly resample: {
    /** The inner face is reduced by a factor drawn from this range. */
    readonly factor: readonly [low: number, high: number];
    readonly softPx: number;
  };
  readonly selfblend: {
    readonly jitterPx: number;
    readonly gain: number;
    /** Constant shift of the clip's inner face, uniform +- per axis. */
    readonly shiftPx: number;
    /** Constant scale, uniform +- per axis, relative. */
    readonly scale: number;
    /** Constant gain per colour channel, uniform +-, relative. */
    readonly channelGain: number;
    readonly softPx: number;
    /** Share of clips in which a random part of the inner face is blended instead of all of it. */
    readonly partShare: number;
  };
  /** Each clip's soft edge is drawn from softPx times this range. */
  readonly softRange: readonly [low: number, high: number];
  /** One similarity for the whole clip, on real and forged clips alike. */
  readonly warp: { readonly rotation: number; readonly scale: number; readonly shiftPx: number };
  /** Smooth motion given to photographs. */
  readonly animation: { readonly shiftPx: number; readonly rotation: number; readonly scale: number };
  /** Standard deviation of the sensor noise in grey levels, drawn per clip, on real and forged clips alike. */
  readonly noise: readonly [low: number, high: number];
  /** JPEG quality drawn per clip, on real and forged clips alike. */
  readonly jpegQuality: readonly [low: number, high: number];
}

export const FORGE_PARAMETERS: ForgeParameters = {
  version: 1,
  workSize: 128,
  outputSize: 64,
  swap: { jitterPx: 1.2, gain: 0.03, colourMatch: 1, softPx: 5 },
  paste: { colourMatch: 0.7, softPx: 1.5 },
  reenact: { rangeFrames: 150, softPx: 4 },
  resample: { factor: [2, 3], softPx: 5 },
  selfblend: { jitterPx: 1.2, gain: 0.03, shiftPx: 3, scale: 0.03, channelGain: 0.06, softPx: 5, partShare: 0 },
  softRange: [0.7, 1.3],
  warp: { rotation: 0.04, scale: 0.05, shiftPx: 3 },
  animation: { shiftPx: 4, rotation: 0.05, scale: 0.02 },
  noise: [0, 2.5],
  jpegQuality: [55, 95],
};
