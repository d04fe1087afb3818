import { throwIfAborted, VerilensError, type Runtime } from '@verilens/core';
import { sourcesOfPhotos, sourcesOfVideo, type Dataset, type DatasetItem, type SourceClip, type SourcePhoto } from '@verilens/data';
import { createFaceFinder, type FaceFinder } from '@verilens/faces';
import type { SmallRecipe } from './recipe.ts';

/** Faces to forge: windows of real videos and faces of photographs, for training and, of other moments or people, for calibration. */
export interface Material {
  readonly windows: readonly SourceClip[];
  readonly photos: readonly SourcePhoto[];
}

export interface SplitMaterial {
  readonly training: Material;
  readonly calibration: Material;
  /** One line for the model card. */
  readonly description: string;
}

/**
 * Collects the faces of a dataset's real items. The last part of each video and of the photographs is kept for
 * calibration, so that thresholds rest on clips the networks never saw (of the same people, when a dataset has few).
 *
 * @throws VerilensError BAD_INPUT when no face is found in any video
 */
export async function collectMaterial(
  dataset: Dataset,
  recipe: SmallRecipe,
  options: {
    readonly runtime: Runtime;
    readonly frames: number;
    readonly frameMs: number;
    readonly signal?: AbortSignal;
    readonly onItem?: (id: string, done: number, all: number) => void;
  },
): Promise<SplitMaterial> {
  const { runtime, frames, signal } = options;
  const finder = await createFaceFinder(runtime);
  const training: { windows: SourceClip[]; photos: SourcePhoto[] } = { windows: [], photos: [] };
  const calibration: typeof training = { windows: [], photos: [] };
  const real = dataset.items.filter(({ label }) => label === 'real');
  let videos = 0;
  const photos: SourcePhoto[] = [];
  try {
    for (const [done, item] of real.entries()) {
      throwIfAborted(signal, 'plugin stdt');
      options.onItem?.(item.id, done, real.length);
      const found = await readItem(item, finder, recipe, options);
      photos.push(...found.photos);
      if (found.windows.length === 0) continue;
      videos++;
      const cut = Math.floor(found.windows.length * (1 - recipe.calibrationShare));
      training.windows.push(...found.windows.slice(0, cut));
      calibration.windows.push(...found.windows.slice(cut));
    }
  } finally {
    await finder.dispose();
  }
  const cut = Math.ceil(photos.length * (1 - recipe.calibrationShare));
  training.photos.push(...photos.slice(0, cut));
  calibration.photos.push(...photos.slice(cut));
  if (training.windows.length === 0) {
    throw new VerilensError('BAD_INPUT', 'no face was followed in any real video', {
      place: `plugin stdt, ${dataset.name}`,
      expected: 'real videos that show faces for at least a second',
      got: `${real.length} real items`,
      remedy: 'Add videos in which a face is larger than about 60 pixels.',
    });
  }
  const description = `${videos} real video${videos === 1 ? '' : 's'} (${training.windows.length} windows of ${frames} frames) and ${training.photos.length} photographed faces, forged by this package`;
  return { training, calibration, description };
}

async function readItem(
  item: DatasetItem,
  finder: FaceFinder,
  recipe: SmallRecipe,
  { frames, frameMs, signal }: { readonly frames: number; readonly frameMs: number; readonly signal?: AbortSignal },
): Promise<Material> {
  await using media = await item.open({ signal });
  if (media.kind === 'image') {
    for await (const { image } of media.frames({ signal }))
      return { windows: [], photos: await sourcesOfPhotos([{ name: item.id, image }], finder, { signal }) };
  }
  // Each video is an identity of its own: another video of the same person has other moments, light and framing.
  const identity = item.id;
  const seconds = (media.info.durationMs ?? 60_000) / 1000;
  // At most as many windows as fit; half a window of room between two keeps them from repeating each other.
  const perSecond = Math.min(recipe.windowsPerVideo / seconds, (1000 / frameMs / frames) * 0.67);
  const stream = media.frames({ sampling: { burst: { frames, perSecond, frameMs } }, signal });
  const windows = await sourcesOfVideo(stream, finder, identity, { frames, frameMs, signal });
  return { windows, photos: [] };
}
