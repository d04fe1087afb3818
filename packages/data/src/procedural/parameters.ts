/** Uniform law: [low, high]. */
export type Range = readonly [low: number, high: number];

/**
 * Everything that fixes the procedural clips besides the seed. Two sets of clips are comparable only when made with
 * the same `version`. Lengths named `Px` are pixels of a 32-pixel frame (they grow with the frame), other lengths
 * are face units: one unit is `faceScale` such pixels. Colours are 0..1.
 */
export interface ProceduralParameters {
  readonly version: string;
  /** Pixels per face unit: 1.3 fills the frame as an aligned crop with a 1.3-fold margin does. */
  readonly faceScale: number;
  /** Standard deviation of the sensor noise, added after any forgery: noise before it would mark `resample` by its noise level. */
  readonly sensorNoise: number;
  readonly identity: {
    /** Red of the skin; green and blue are this times their ranges. */
    readonly skinBase: Range;
    readonly skinGreen: Range;
    readonly skinBlue: Range;
    readonly faceHalfWidth: Range;
    readonly faceHalfHeight: Range;
    readonly eyeHalfDistance: Range;
    readonly eyeY: Range;
    readonly eyeHalfWidth: Range;
    readonly browHeight: Range;
    readonly browTilt: Range;
    readonly browHalfThickness: Range;
    readonly mouthHalfWidth: Range;
    readonly mouthY: Range;
    readonly lipRed: Range;
    readonly lipGreenBlue: Range;
    readonly hair: Range;
    readonly hairBrightness: Range;
    readonly hairlineY: Range;
    readonly background: Range;
    readonly backgroundGradient: Range;
    readonly iris: Range;
    readonly noseY: Range;
    /** Gaussian blur of the skin texture, in output pixels at every frame size. */
    readonly textureSigma: number;
    /** Standard deviation of the texture relative to the skin colour. */
    readonly textureAmplitude: number;
  };
  readonly motion: {
    /** Angular speed of the two sinusoids of a curve, radians a frame. */
    readonly speed: Range;
    readonly mouthSpeed: Range;
    readonly gainSpeed: Range;
    readonly shiftPx: number;
    readonly rollDegrees: number;
    /** Largest relative drift of the light. */
    readonly gain: number;
    /** Frames from open to shut and from shut to open. */
    readonly blinkHalfFrames: number;
    /** Largest sideways shift of the pupils. */
    readonly gaze: number;
    /** Largest vertical shift of the pupils as a part of the sideways one. */
    readonly gazeVertical: number;
  };
  /** Half axes of the inner face as parts of the face's, and its centre below the face's centre. */
  readonly inner: { readonly width: number; readonly height: number; readonly centreY: number };
  readonly swap: BlendParameters & {
    /** Largest shift of the pasted face against the frame, per axis and frame, independent from frame to frame. */
    readonly jitterPx: number;
    /** Largest relative change of its brightness, per frame. */
    readonly gain: number;
  };
  readonly paste: BlendParameters;
  readonly reenact: {
    /** 1 replaces the mouth's curve, 0 leaves it. */
    readonly mix: number;
    /** Each frame's mouth is that of a random moment before this many frames. */
    readonly horizonFrames: number;
  };
  readonly resample: {
    /** Reduction in output pixels. */
    readonly factor: number;
    readonly mix: number;
    /** Standard deviation of a brightness offset per frame. */
    readonly offset: number;
    readonly edge: number;
  };
  readonly gaze: {
    /** `independent`: the second pupil follows a curve of its own. `mirror`: it looks the opposite way. */
    readonly mode: 'independent' | 'mirror';
    readonly mix: number;
  };
  readonly selfblend: {
    /** Largest constant shift of the person's own inner face, per axis. */
    readonly shiftPx: number;
    readonly scale: number;
    readonly channelGain: number;
    readonly jitterPx: number;
    readonly gain: number;
    readonly edge: number;
  };
}

export interface BlendParameters {
  /** 0 keeps the donor's colours, 1 takes the target's. */
  readonly colourMatch: number;
  /** Width of the mask's edge, in eighths of the inner face's radius. */
  readonly edge: number;
}

/**
 * The frozen set `s2`: strengths chosen once with a plain single-frame network, so that it scores 0.85 to 0.95 on seen
 * `swap`, `paste` and `resample`, and 0.5 on `reenact`, which has no single-frame trace.
 */
export const proceduralParameters: ProceduralParameters = {
  version: 's2',
  faceScale: 1.3,
  sensorNoise: 0.02,
  identity: {
    skinBase: [0.35, 0.9],
    skinGreen: [0.72, 0.86],
    skinBlue: [0.55, 0.75],
    faceHalfWidth: [8.6, 10.2],
    faceHalfHeight: [11, 12.6],
    eyeHalfDistance: [3.4, 4.6],
    eyeY: [-3.2, -1.8],
    eyeHalfWidth: [1.5, 2.1],
    browHeight: [2.2, 3.2],
    browTilt: [-0.15, 0.15],
    browHalfThickness: [0.45, 0.9],
    mouthHalfWidth: [2.4, 3.8],
    mouthY: [4.8, 6.2],
    lipRed: [0.85, 1.05],
    lipGreenBlue: [0.55, 0.8],
    hair: [0.05, 0.5],
    hairBrightness: [0.5, 1.2],
    hairlineY: [-8.5, -6.5],
    background: [0.1, 0.9],
    backgroundGradient: [-0.15, 0.15],
    iris: [0.05, 0.35],
    noseY: [2.2, 3.4],
    textureSigma: 1,
    textureAmplitude: 0.1,
  },
  motion: {
    speed: [0.15, 0.6],
    mouthSpeed: [0.15, 0.5],
    gainSpeed: [0.1, 0.4],
    shiftPx: 2,
    rollDegrees: 5,
    gain: 0.05,
    blinkHalfFrames: 2,
    gaze: 1.6,
    gazeVertical: 0.4,
  },
  inner: { width: 0.8, height: 0.68, centreY: 0.8 },
  swap: { colourMatch: 0.3, edge: 4, jitterPx: 0.9, gain: 0.06 },
  paste: { colourMatch: 0, edge: 1 },
  reenact: { mix: 1, horizonFrames: 1000 },
  resample: { factor: 1, mix: 0.5, offset: 0.004, edge: 4 },
  gaze: { mode: 'independent', mix: 1 },
  selfblend: { shiftPx: 0.75, scale: 0.03, channelGain: 0.06, jitterPx: 0.6, gain: 0.03, edge: 4 },
};
