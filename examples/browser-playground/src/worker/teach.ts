import { createEngine, type Image, type IncrementalLearner } from '@verilens/core';
import { encodePng, openMedia } from '@verilens/media';
import { readSafetensors } from '@verilens/nn';
import { cd2 } from '@verilens/plugin-cd2';
import type { LearnerPreset, LearnerReport, Lesson } from '../protocol.ts';
import { pixelsOf } from './bitmaps.ts';
import type { Handlers } from './dispatch.ts';
import { drawnPicture, drawnClassName } from './drawn-classes.ts';
import type { WorkerSession } from './session.ts';

/** Pictures are kept at this size at most while they wait to be learnt: the learner looks at 32 pixels. */
const LONGEST_PX = 128;

/** What this worker is taught, one learner for each preset; the last one used is asked. */
let lastPreset: LearnerPreset = 'small';

export async function learnerOf(session: WorkerSession, preset: LearnerPreset = lastPreset): Promise<IncrementalLearner> {
  lastPreset = preset;
  const engine = await session.engine(`teach ${preset}`, (runtime) => createEngine({ runtime, plugins: [cd2({ preset })] }));
  return engine.get('incremental-learner', 'cd2');
}

/** One more session, then all test pictures of all classes so far. */
export function learn(session: WorkerSession): Handlers['learn'] {
  return async ({ lessons, known, preset }, { signal, emit }) => {
    const learner = await learnerOf(session, preset);
    const started = performance.now();
    const classes = await Promise.all(
      lessons.map(async ({ label, pictures }) => ({ label, images: await Promise.all(pictures.map((picture) => imageOf(picture))) })),
    );
    const result = await learner.learn({ classes }, { signal, seed: 0, onProgress: (share, stage) => emit({ share, stage }) });
    const durationMs = performance.now() - started;
    return reportOf(session, learner, [...known, ...lessons], result.session + 1, durationMs);
  };
}

export function predict(session: WorkerSession): Handlers['predict'] {
  return async ({ picture }, { signal }) => {
    const learner = await learnerOf(session);
    const image = picture instanceof Blob ? await imageOf(picture) : pixelsOf(picture);
    const { labels } = await learner.predict(image, { signal });
    return labels.map(({ label, score }) => ({ label, score }));
  };
}

export function restore(session: WorkerSession): Handlers['restore'] {
  return async ({ file }) => {
    const learner = await learnerOf(session, presetOf(file));
    await learner.restore(file);
    return reportOf(session, learner, [], 0, 0);
  };
}

/** A class drawn here, for whoever has no five pictures at hand. */
export const drawnClass: Handlers['drawnClass'] = async ({ number, pictures, first }) => ({
  label: drawnClassName(number),
  pictures: await Promise.all(Array.from({ length: pictures }, async (_, i) => pngOf(drawnPicture(number, first + i)))),
});

/** The preset a file was written with; whatever else is wrong with it, the learner says. */
function presetOf(file: Uint8Array): LearnerPreset {
  try {
    return readSafetensors(file).metadata['preset'] === 'tiny' ? 'tiny' : 'small';
  } catch {
    return 'small';
  }
}

async function reportOf(
  session: WorkerSession,
  learner: IncrementalLearner,
  lessons: readonly Lesson[],
  sessions: number,
  durationMs: number,
): Promise<LearnerReport> {
  let right = 0;
  let of = 0;
  for (const { label, tests } of lessons) {
    for (const test of tests) {
      const image = await imageOf(test);
      const { labels } = await session.times.measure('name a picture', () => learner.predict(image));
      if (labels[0]!.label === label) right++;
      of++;
    }
  }
  return {
    preset: lastPreset,
    labels: learner.labels,
    sessions,
    memory: learner.memory,
    exemplars: await learner.exemplars(),
    ...(of > 0 && { accuracy: { right, of } }),
    file: await learner.save(),
    durationMs,
  };
}

async function imageOf(picture: Blob): Promise<Image> {
  await using media = await openMedia(picture);
  for await (const { image } of media.frames()) {
    const scale = Math.min(1, LONGEST_PX / Math.max(image.width, image.height));
    if (scale === 1) return image;
    const { resizeArea } = await import('@verilens/vision');
    return resizeArea(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  }
  throw new Error('the file holds no picture');
}

async function pngOf(image: Image): Promise<Blob> {
  return new Blob([(await encodePng(image)) as Uint8Array<ArrayBuffer>], { type: 'image/png' });
}
