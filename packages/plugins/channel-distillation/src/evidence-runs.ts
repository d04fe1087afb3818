import { type Box, VerilensError, type VideoFrame } from '@verilens/core';
import { type Random, trackingSequence, type TrackingEvent } from '@verilens/data';
import { type Figures, trackingScore } from '@verilens/metrics';
import { configure, type TrackerConfig } from './config.ts';
import { channelsOf, componentsOf, filtersAndNoise } from './evidence-features.ts';
import { type FeatureExtractor, handcrafted } from './features.ts';
import { follow } from './follow.ts';
import type { NetworkFeatures } from './network-features.ts';
import { samplePatch } from './patch.ts';
import { firstViews } from './views.ts';

/** Figures of every setting on one sequence. */
export type Run = Readonly<Record<string, Figures>>;

/** The settings, by what they follow with. */
export const CHOICES = {
  light: {
    distilled: 'light features, distilled',
    all: 'light features, all channels',
    random: 'light features, random channels',
    components: 'light features, principal components',
    oneSample: 'light features, chosen on one sample',
    plain: 'light features, distilled, solver A',
    plainAll: 'light features, all channels, solver A',
  },
  noise: {
    distilled: 'filters and noise, distilled',
    all: 'filters and noise, all channels',
    oneSample: 'filters and noise, chosen on one sample',
  },
  network: { distilled: 'network features, distilled', all: 'network features, all channels' },
} as const;

const PACE = 120;
const FILTERS = 32;

/** The face network of an installed package: maps of 4 pixels a cell behind its first three convolutions. */
export async function installedNetwork(): Promise<NetworkFeatures | undefined> {
  const { packageFolder } = await import('@verilens/data/node');
  try {
    const folder = packageFolder({ name: 'faceplugin-face-recognition-js', set: 'plugin channel-distillation', from: import.meta.url });
    return { model: `${folder}/model/fr_feature.onnx`, tensor: '349' };
  } catch (error) {
    if (error instanceof VerilensError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

export interface RunOptions {
  readonly event: TrackingEvent;
  readonly seed: number;
  readonly frames: number;
  readonly cells: number;
  readonly width: number;
  readonly height: number;
  /** Size of the object in pixels. */
  readonly object: number;
  readonly network: FeatureExtractor | undefined;
  readonly draw: Random;
}

/** Follows one drawn sequence with every setting. */
export async function runsOn({ event, seed, frames, cells, width, height, object, network, draw }: RunOptions): Promise<Run> {
  const film: { frame: VideoFrame; box: Box | undefined }[] = [];
  for await (const one of trackingSequence({ event, seed, frames: PACE, width, height, size: object })) {
    film.push(one);
    if (film.length > frames) break;
  }
  const light = handcrafted(cells);
  const config = (changes: Partial<TrackerConfig>): TrackerConfig => configure({ cells, ...changes });
  const run: Record<string, Figures> = {};
  const go = async (
    setting: string,
    extractor: FeatureExtractor,
    changes: Partial<TrackerConfig>,
    onOneSample = false,
  ): Promise<readonly number[]> => {
    const { figures, kept } = await followed(film, extractor, config(changes), onOneSample);
    run[setting] = figures;
    return kept;
  };
  const { light: names, noise, network: deep } = CHOICES;

  const { length: count } = await go(names.distilled, light, {});
  await go(names.all, light, { distil: false });
  const random = draw
    .fork('channels')
    .shuffle(Array.from({ length: light.channels }, (_, d) => d))
    .slice(0, count)
    .sort((a, b) => a - b);
  await go(names.random, channelsOf(light, random), { distil: false });
  await go(names.components, await componentsOf(light, firstPatch(film, light, config({})), count), { distil: false });
  await go(names.oneSample, light, {}, true);
  await go(names.plain, light, { solver: 'dcf' });
  await go(names.plainAll, light, { solver: 'dcf', distil: false });

  // every setting meets the same filters and the same noise
  const mixed = (): FeatureExtractor => filtersAndNoise(cells, FILTERS, draw.fork('filters'));
  for (const [setting, changes, onOneSample] of [
    [noise.distilled, {}, false],
    [noise.all, { distil: false }, false],
    [noise.oneSample, {}, true],
  ] as const) {
    const kept = await go(setting, mixed(), { solver: 'dcf', ...changes }, onOneSample);
    run[setting] = { ...run[setting]!, 'noise share': kept.filter((d) => d >= FILTERS).length / kept.length };
  }
  if (network !== undefined) {
    await go(deep.distilled, network, { solver: 'dcf' });
    await go(deep.all, network, { solver: 'dcf', distil: false });
  }
  return run;
}

async function followed(
  film: readonly { readonly frame: VideoFrame; readonly box: Box | undefined }[],
  extractor: FeatureExtractor,
  config: TrackerConfig,
  onOneSample: boolean,
): Promise<{ readonly figures: Figures; readonly kept: readonly number[] }> {
  const [{ frame, box }, ...rest] = film as [(typeof film)[number], ...typeof film];
  const views: typeof firstViews = (...args) => ({ ...firstViews(...args), onOneSample });
  const follower = await follow(frame.image, box!, extractor, config, views);
  const { kept } = follower;
  const boxes: Box[] = [];
  for (const { frame: next } of rest) boxes.push((await follower.next(next.image)).box);
  const score = trackingScore(
    boxes,
    rest.map((one) => one.box),
  );
  return {
    kept,
    figures: {
      success: score.successAuc,
      'precision at 4': score.precision[4]!.share,
      'precision at 20': score.precisionAt20,
      channels: kept.length,
    },
  };
}

/** The searched square of the first frame. */
function firstPatch(
  film: readonly { readonly frame: VideoFrame; readonly box: Box | undefined }[],
  { size }: FeatureExtractor,
  { padding }: TrackerConfig,
): Float32Array {
  const { frame, box } = film[0]!;
  const { x, y, width, height } = box!;
  const side = padding * Math.sqrt(width * height);
  return samplePatch(
    frame.image,
    { x: x + width / 2, y: y + height / 2, width: side, height: side },
    size,
    new Float32Array(size * size * 3),
  );
}
