import {
  checkThreshold,
  lifecycle,
  VerilensError,
  type DetectionResult,
  type Detector,
  type DetectorInput,
  type DetectOptions,
} from '@verilens/core';
import { checkImage } from '@verilens/vision';
import { PLACE } from './config.ts';
import type { Network } from './network.ts';
import type { RadialSpectrum } from './spectrum.ts';
import { regionsOf, spectrumCurve, tileMap, verdictOf } from './verdict.ts';

export interface DetectorOptions {
  /** Tiles looked at in one picture at most; larger pictures are sampled evenly. */
  readonly tiles: number;
  /** Mean spectra of known pictures, for the report's plot. */
  readonly spectra?: { readonly real: RadialSpectrum; readonly generated: RadialSpectrum };
}

/** Regions named in an answer at most. */
const REGIONS = 12;

export function createDetector(network: Network, { tiles, spectra }: DetectorOptions): Detector {
  const calibration = network.card.calibration;
  if (calibration === undefined)
    throw new VerilensError('BAD_MODEL', 'the card holds no calibration', {
      place: PLACE,
      remedy: 'Use a card that "verilens train f2c" wrote.',
    });
  const life = lifecycle(PLACE, () => network.dispose());
  return {
    name: 'f2c',
    demand: { kind: 'image' },
    async warmup() {
      life.begin();
      await network.logits(new Float32Array(3 * network.tile ** 2).fill(0.5));
    },
    async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
      const { threshold, signal, evidenceMaps = 0 } = options;
      const elapsed = life.begin(signal);
      checkThreshold(threshold, PLACE);
      if (input.kind !== 'image')
        throw new VerilensError('BAD_INPUT', 'input of another kind', { place: PLACE, expected: 'image', got: input.kind });
      const { image } = input;
      checkImage(image, PLACE);
      const scan = await network.scan(image, tiles, signal);
      const verdict = verdictOf(scan, calibration, image, threshold);
      const shown = evidenceMaps > 0 && verdict.score !== null;
      return {
        ...verdict,
        segments: [],
        regions: verdict.score === null ? [] : regionsOf(scan, calibration, REGIONS),
        evidence: shown ? [tileMap(scan, calibration, image, verdict.score!)] : [],
        ...(shown ? { curves: [spectrumCurve(scan, image, spectra)] } : {}),
        device: network.session.device,
        durationMs: elapsed(),
      };
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
}
