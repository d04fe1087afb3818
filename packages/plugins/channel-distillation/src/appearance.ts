import { createFft2, type Fft2, type Spectrum } from '@verilens/vision';
import { distilChannels } from './channels.ts';
import type { TrackerConfig } from './config.ts';
import { createDcfMoments, type Sample } from './dcf.ts';
import { prepareMaps, type FeatureExtractor } from './features.ts';
import { cosineWindow, gaussianLabel } from './label.ts';
import { findPeak, type Peak } from './peak.ts';
import { createSpatialFilter, dotOver, type SpatialFilter } from './spatial-filter.ts';
import { emptySpectra, response, selectChannels, shiftSpectra, transformMaps, type Spectra } from './spectra.ts';
import type { FirstViews, LabelledPatch } from './views.ts';

/** A peak, and how high the filter of the first frame, which never learns, answers there: 1 as in the first frame. */
export interface Sight extends Peak {
  readonly likeness: number;
}

/** What is known of an object: its channels and its filter. Positions are in cells from the middle of the patch. */
export interface Appearance {
  /** Channels in use, ascending. */
  readonly kept: readonly number[];
  /** Where the object is in a patch; keeps the patch's features for `learn`. */
  find(patch: Float32Array): Promise<Sight>;
  /** Learns the object as `find` saw it last, at the place it was found. */
  learn(at: { readonly dx: number; readonly dy: number }): void;
  /** Chooses channels anew from patches in which the object was seen. */
  redistil(patches: readonly LabelledPatch[]): Promise<void>;
}

interface Filter {
  readonly spectra: () => Spectra;
  learn(sample: Sample): void;
}

/** Learns an object from its first frame. */
export async function createAppearance(
  extractor: FeatureExtractor,
  config: TrackerConfig,
  first: FirstViews,
  /** Width and height of the object in cells. */
  object: { readonly width: number; readonly height: number },
): Promise<Appearance> {
  const { cells, channels } = extractor;
  const fft = createFft2(cells);
  const window = cosineWindow(cells);
  const all = Array.from({ length: channels }, (_, d) => d);
  const sigma = Math.max(0.5, config.labelWidth * Math.sqrt(object.width * object.height));
  const centred = gaussianLabel(fft, sigma);
  const penalty = spatialPenalty(fft, object, config);
  const guard = Math.max(2, Math.round(Math.sqrt(object.width * object.height) / 3));

  const featuresOf = async (patch: Float32Array, keep: readonly number[]): Promise<Spectra> =>
    transformMaps(prepareMaps(await extractor.extract(patch, keep), window), keep.length, fft);
  const sampleOf = async ({ patch, dx, dy }: LabelledPatch): Promise<Sample> => ({
    features: await featuresOf(patch, all),
    label: gaussianLabel(fft, sigma, dx, dy),
  });
  const distil = (filtering: readonly Sample[], selecting: readonly Sample[]): readonly number[] =>
    config.distil
      ? distilChannels(filtering, selecting, fft, {
          gamma: config.gamma,
          minimum: Math.min(config.minimumChannels, channels),
          maximum: Math.max(1, Math.floor(config.maximumShare * channels)),
        })
      : all;
  const build = (samples: readonly Sample[]): Filter => {
    const chosen = samples.map(({ features, label }) => ({ features: selectChannels(features, kept), label }));
    return config.solver === 'dcf' ? plainFilter(chosen, config) : penalisedFilter(chosen, config, fft, penalty);
  };

  const samples = { filtering: await inTurn(first.filtering, sampleOf), selecting: await inTurn(first.selecting, sampleOf) };
  const own = [samples.filtering[0]!];
  let kept = first.onOneSample === true ? distil(own, own) : distil(samples.filtering, samples.selecting);
  await extractor.focus?.(kept);
  // the object as it is comes last, so that it weighs most
  let filter = build([...samples.selecting, ...samples.filtering].reverse());
  // the object as it was given, with all channels; the other samples are not kept
  const given = samples.filtering[0]!;
  let memory = remember(filter.spectra(), given.features, kept, fft);
  let seen: Spectra = emptySpectra(0, fft);

  return {
    get kept() {
      return kept;
    },
    async find(patch) {
      seen = await featuresOf(patch, kept);
      const spectrum: Spectrum = response(filter.spectra(), seen);
      const [map, first] = fft.inverse(spectrum, response(memory.filter, seen));
      const peak = findPeak(map, spectrum, fft, guard);
      return { ...peak, likeness: heightNear(first, peak, fft) / memory.height };
    },
    learn({ dx, dy }) {
      filter.learn({ features: shiftSpectra(seen, -dx, -dy, fft), label: centred });
    },
    async redistil(patches) {
      const fresh = await inTurn(patches, sampleOf);
      kept = distil(
        fresh.filter((_, i) => i % 2 === 0),
        fresh.filter((_, i) => i % 2 === 1),
      );
      // not waited for: frames go on with all channels until it is done, and learn of a failure from the next extraction
      extractor.focus?.(kept).catch(() => undefined);
      filter = build(fresh);
      memory = remember(build([given]).spectra(), given.features, kept, fft);
    },
  };
}

/** A copy of the filter as it is in the first frame, and its answer there. */
function remember(now: Spectra, first: Spectra, kept: readonly number[], fft: Fft2): { readonly filter: Spectra; readonly height: number } {
  const filter = { channels: now.channels, re: now.re.slice(), im: now.im.slice() };
  const own = selectChannels(first, kept);
  const [map] = fft.inverse(response(filter, own));
  // the sample's channels were scaled together with those not kept; `find` scales the kept ones alone to the same energy
  const scale = (fft.width * fft.height) / Math.sqrt(Math.max(dotOver(fft)(own, own), Number.MIN_VALUE));
  return { filter, height: Math.max(map[0]! * scale, Number.MIN_VALUE) };
}

/** The highest value within a cell of a place. */
function heightNear(map: Float64Array, { dx, dy }: { readonly dx: number; readonly dy: number }, { width, height }: Fft2): number {
  let best = 0;
  for (let j = -1; j <= 1; j++) {
    const row = (Math.round(dy) + j + height) % height;
    for (let i = -1; i <= 1; i++) best = Math.max(best, map[row * width + ((Math.round(dx) + i + width) % width)]!);
  }
  return best;
}

async function inTurn<T, R>(list: readonly T[], f: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const item of list) done.push(await f(item));
  return done;
}

/** Weight of the newest of the samples a filter starts from. */
const NEWEST = 0.3;

/** Solver A. */
function plainFilter(samples: readonly Sample[], { rate }: TrackerConfig): Filter {
  const { channels, re } = samples[0]!.features;
  const moments = createDcfMoments(channels, re.length / channels);
  samples.forEach((sample, i) => moments.add(sample, 1 - startRate(i, samples.length), startRate(i, samples.length)));
  let spectra = moments.solve();
  return {
    spectra: () => spectra,
    learn(sample) {
      moments.add(sample, 1 - rate, rate);
      spectra = moments.solve();
    },
  };
}

/** Solver B. */
function penalisedFilter(samples: readonly Sample[], config: TrackerConfig, fft: Fft2, penalty: Float64Array): Filter {
  const model: SpatialFilter = createSpatialFilter(fft, samples[0]!.features.channels, penalty);
  samples.forEach((sample, i) => model.learn(sample, startRate(i, samples.length)));
  model.solve(config.firstSteps);
  let waiting = 0;
  return {
    spectra: () => model.filter,
    learn(sample) {
      model.learn(sample, config.rate);
      waiting += 1;
      if (waiting < config.solveEvery) return;
      waiting = 0;
      model.solve(config.solveSteps);
    },
  };
}

/** Rates that weigh the first samples alike and the last one with `NEWEST`. */
function startRate(index: number, count: number): number {
  return index === count - 1 && count > 1 ? NEWEST : 1 / (index + 1);
}

/**
 * omega^2: (floor + edge (distance in half sizes of the object)^2)^2, in units of the mean energy of a frequency.
 * The object is in the middle of a patch and its response at the origin, so the filter's middle is the mirrored one of the patch.
 */
function spatialPenalty(
  { width, height }: Fft2,
  object: { readonly width: number; readonly height: number },
  config: TrackerConfig,
): Float64Array {
  return Float64Array.from({ length: width * height }, (_, i) => {
    const x = ((i % width) - (width + 1) / 2) / (object.width / 2);
    const y = (Math.floor(i / width) - (height + 1) / 2) / (object.height / 2);
    return width * height * (config.penaltyFloor + config.penaltyEdge * (x * x + y * y)) ** 2;
  });
}
