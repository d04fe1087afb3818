import { type Device, embeddingRecognizer, type Image, type Look, type Recognizer, type SimilarityCalibration } from '@verilens/core';
import { alignedCrop, arcfaceAnchors, type FaceFinder } from '@verilens/faces';
import { checkImage, warpAffine } from '@verilens/vision';
import { inputTensor, landmarkAnchors } from './align.ts';
import type { ResolvedFormat } from './format.ts';
import { lookForFaces, onlyFace, type SeenFace } from './look.ts';
import type { LoadedModels } from './models.ts';

export interface RecognizerParts {
  readonly models: LoadedModels;
  readonly finder: FaceFinder;
  readonly format: ResolvedFormat;
  readonly calibration: SimilarityCalibration | undefined;
  readonly limits: { readonly compare: number; readonly search: number };
  readonly minEyeDistancePx: number;
  readonly device: Device;
}

const NAME = 'face-embedding';
/** Side of the pictures kept in the gallery. */
const PICTURE = 64;
/** Eye distance from which more pixels add nothing to the crop: ArcFace's own. */
const FULL_EYES_PX = 35;

export function createRecognizer({ models, finder, format, calibration, limits, minEyeDistancePx, device }: RecognizerParts): Recognizer {
  const { model, dimensions, embedding: session } = models;

  async function look(image: Image, seen: SeenFace, signal?: AbortSignal): Promise<Look> {
    const anchors =
      models.landmarks === undefined
        ? arcfaceAnchors(seen.face, format.template)
        : await landmarkAnchors(image, seen.face, models.landmarks, format, signal);
    const face = alignedCrop(image, anchors, format.inputSize);
    const answer = await session.run({ [session.inputs[0]!.name]: inputTensor(face, format) }, { signal });
    return {
      vector: answer[session.outputs[0]!.name]!.data as Float32Array,
      quality: qualityOf(seen),
      picture: () => small(face),
    };
  }

  return embeddingRecognizer({
    name: NAME,
    model,
    dimensions,
    device,
    calibration,
    limits,
    async look(image, place, signal) {
      checkImage(image, place);
      return look(image, onlyFace(await lookForFaces(image, finder, minEyeDistancePx, signal), place), signal);
    },
    async find(image, signal) {
      checkImage(image, NAME);
      const { faces, rejected } = await lookForFaces(image, finder, minEyeDistancePx, signal);
      return {
        subjects: faces.map((seen) => ({ box: seen.face.box, look: () => look(image, seen, signal) })),
        rejected: rejected.map(({ face, reason }) => ({ box: face.box, reason })),
      };
    },
    async warmup() {
      const side = format.inputSize;
      const grey = { data: new Uint8ClampedArray(4 * side ** 2).fill(128), width: side, height: side };
      await finder.find(grey);
      await session.run({ [session.inputs[0]!.name]: inputTensor(grey, format) });
    },
    async dispose() {
      await models.dispose();
      await finder.dispose();
    },
  });
}

/** Rises with the finder's certainty and with the eyes' distance, up to the size at which the network sees every pixel. */
function qualityOf({ face, eyeDistancePx }: SeenFace): number {
  return Math.min(1, Math.max(0, face.score)) * Math.min(1, eyeDistancePx / FULL_EYES_PX);
}

function small(face: Image): Image {
  const scale = PICTURE / face.width;
  return warpAffine(face, [scale, 0, scale / 2 - 0.5, 0, scale, scale / 2 - 0.5], PICTURE, PICTURE);
}
