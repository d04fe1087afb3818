import type { Recognizer, SimilarityCalibration } from '@verilens/core';
import { fitSimilarity } from '@verilens/metrics';
import { type KnownPairs, knownPairs, SAMPLE_SOURCES, type SampleFace, sampleFaces } from './sample-people.ts';

/** The command that makes `calibration/faceplugin.json`; it is written into the file. */
export const CALIBRATION_COMMAND = 'node --conditions=@verilens/source --import tsx packages/plugins/face-embedding/scripts/calibrate.ts';

/** What the cosines of a recognizer mean on the installed sample pictures. */
export async function calibrateOnSamples(
  recognizer: Recognizer,
  options: Parameters<typeof sampleFaces>[1] = {},
): Promise<SimilarityCalibration> {
  return fitOn(knownPairs(await sampleFaces(recognizer, options)), recognizer.model);
}

export function fitOn(pairs: KnownPairs, model: string): SimilarityCalibration {
  return fitSimilarity(pairs.cosines, pairs.labels, {
    model,
    data: SAMPLE_SOURCES,
    command: CALIBRATION_COMMAND,
    identities: pairs.identities,
  });
}

/** A calibration that has never seen these people. */
export function fitWithout(faces: readonly SampleFace[], people: ReadonlySet<string>, model: string): SimilarityCalibration {
  return fitOn(knownPairs(faces.filter(({ person }) => !people.has(person))), model);
}
