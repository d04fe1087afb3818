import { FACE_STAGE, RUNTIME, type Face, type FaceStage, type Image, type Runtime, type Service } from '@verilens/core';
import { faceClips, type FaceClipOptions } from './clips.ts';
import { createFaceFinder, type FaceFinder, type FaceFinderOptions } from './finder.ts';

export interface FacesOptions extends Omit<FaceFinderOptions, 'signal'>, Omit<FaceClipOptions, 'signal' | 'ownsFrames'> {}

/**
 * The face stage over a finder of its own. Starts a window every 500 ms of a fully sampled video unless told otherwise.
 * A still picture has no consecutive frames and gives no clip (but for a spec of one frame).
 *
 * @throws VerilensError BAD_OPTION, BAD_MODEL, NOT_FOUND
 */
export async function createFaceStage(runtime: Runtime, options: FacesOptions = {}): Promise<FaceStage> {
  const finder = await createFaceFinder(runtime, options);
  const shared = rememberFaces(finder);
  return {
    clips: (frames, spec, call) =>
      faceClips(frames, shared, spec, { everyMs: 500, ...options, signal: call?.signal, ownsFrames: call?.ownsFrames }),
    dispose: () => finder.dispose(),
  };
}

/** Looks at each picture once, however many detectors ask for clips of the same frames. */
function rememberFaces(finder: FaceFinder): FaceFinder {
  const seen = new WeakMap<Image, Promise<Face[]>>();
  return {
    ...finder,
    find(image, call) {
      let found = seen.get(image);
      if (found === undefined) {
        found = finder.find(image, call);
        seen.set(image, found);
        found.catch(() => seen.delete(image)); // cancelled for one is not found for the other
      }
      return found;
    },
  };
}

/**
 * The engine's face stage: BlazeFace on the engine's own runtime.
 *
 * @example
 * const engine = await createEngine({ runtime: native(), services: [media(), faces()], plugins: [stdt()] });
 */
export function faces(options: FacesOptions = {}): Service {
  return {
    name: 'faces',
    register: (services) => services.register(FACE_STAGE, async (resolve) => createFaceStage(await resolve(RUNTIME), options)),
  };
}
