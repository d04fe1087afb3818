import { type Device, type Engine, FRAME_SOURCE, type Image, type IncrementalLearner, VerilensError } from '@verilens/core';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openEngine } from './open-engine.ts';
import type { DeviceName } from './options.ts';
import { pickOfRole } from './pick-plugin.ts';
import { withOptions } from './plugin-options.ts';
import type { CliEnvironment } from './run.ts';

export interface LearnerChoice {
  readonly plugin?: string;
  /** JSON file given to the plugin's factory. */
  readonly options?: string;
  readonly device: DeviceName;
  readonly threads?: number;
}

/** An engine with one learner. */
export interface LearnerSession extends AsyncDisposable {
  readonly engine: Engine;
  readonly learner: IncrementalLearner;
  readonly device: Device;
}

/** @throws VerilensError UNKNOWN_NAME as `pickOfRole`; NOT_FOUND, BAD_INPUT for a file that cannot be restored */
export async function openLearner(file: string | undefined, choice: LearnerChoice, environment: CliEnvironment): Promise<LearnerSession> {
  const { toolkit, folder } = environment;
  const plugin = await pickOfRole('incremental-learner', choice.plugin, toolkit, folder);
  const bytes = file === undefined ? undefined : await readLearnerFile(resolve(folder, file));
  const engine = await openEngine([await withOptions(plugin, choice.options, folder)], choice, environment);
  try {
    const learner = engine.get('incremental-learner', plugin.name);
    if (bytes !== undefined) await learner.restore(bytes);
    return { engine, learner, device: engine.runtime.device, [Symbol.asyncDispose]: () => engine.dispose() };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

async function readLearnerFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new VerilensError('NOT_FOUND', 'the learner cannot be read', {
      place: path,
      expected: 'a file that "verilens learn" wrote',
      remedy: 'Check the path.',
      cause,
    });
  }
}

/** Longer sides are reduced to this: learners look at small pictures, and a session's lie in memory together. */
const MOST_PIXELS = 224;

/** The picture of a file, or the first frame of a video. @throws VerilensError as the decoders do */
export async function openSmall(engine: Engine, path: string, signal: AbortSignal): Promise<Image> {
  const opened = await (await engine.resolve(FRAME_SOURCE)).open(path, { signal });
  try {
    for await (const { image } of opened.frames) {
      const scale = MOST_PIXELS / Math.max(image.width, image.height);
      if (scale >= 1) return image;
      const { resizeArea } = await import('@verilens/vision');
      return resizeArea(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    }
  } finally {
    await opened.close?.();
  }
  throw new VerilensError('BAD_INPUT', 'the file holds no picture', { place: path });
}
