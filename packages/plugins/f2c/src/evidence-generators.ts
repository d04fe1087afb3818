import { finishedRuns, Tensor, type EvidenceCurve, type EvidenceOptions } from '@verilens/core';
import { photoCrops } from '@verilens/data';
import {
  nearestPictures,
  openGenerator,
  planesOf as signedPlanes,
  type DdpmConfig,
  type Planes,
  type TrainedGenerator,
} from '@verilens/generative';
import { manifoldQuality, quantile, rankCorrelation, type FeatureRows, type Figures } from '@verilens/metrics';
import { resizeBilinear } from '@verilens/vision';
import { CONFIGS } from './config.ts';
import type { EvidenceData } from './evidence-data.ts';
import { radialSpectrum } from './spectrum.ts';
import { countOf, firstTiles, planesOf, type TileSet } from './tile-set.ts';

export interface GeneratorFacts {
  readonly name: string;
  readonly figures: Figures;
}

/** How far real pieces are from each other, where they come from other photographs: the yardstick of the gaps. */
export const OTHER_PHOTOGRAPHS = 'real, seen photographs';

/** Mean log10 power of the real test pieces less that of each generator, by frequency: does it grow? Other real pieces come last. */
export function spectrumFacts(data: EvidenceData): GeneratorFacts[] {
  const size = CONFIGS.small.tile;
  const real = radialSpectrum(planesOf(data.realTest), size);
  return [...data.test, { name: OTHER_PHOTOGRAPHS, tiles: data.realSeen }].map(({ name, tiles }) => {
    const made = radialSpectrum(planesOf(tiles), size);
    const gap = real.logPower.map((power, i) => power - made.logPower[i]!);
    const at = (frequency: number): number => {
      const distances = real.frequency.map((f) => Math.abs(f - frequency));
      return gap[distances.indexOf(Math.min(...distances))]!;
    };
    // from where the paper's curves part
    const parted = real.frequency.findIndex((f) => f > 0.0635);
    return {
      name,
      figures: {
        'gap at 0.05': at(0.05),
        'at 0.1': at(0.1),
        'at 0.2': at(0.2),
        'at 0.3': at(0.3),
        'at 0.4': at(0.4),
        'at 0.48': at(0.48),
        'rank correlation with f': rankCorrelation(real.frequency.slice(parted), gap.slice(parted)),
      },
    };
  });
}

/** The spectra themselves: real pictures with the generators that are not diffusion, and with those that are. */
export function spectrumCurves(data: EvidenceData): EvidenceCurve[] {
  const size = CONFIGS.small.tile;
  const series = ({ name, tiles }: { name: string; tiles: TileSet }): EvidenceCurve['series'][number] => {
    const { frequency, logPower } = radialSpectrum(planesOf(tiles), size);
    return { name, x: frequency, y: logPower.map((power) => Number(power.toFixed(4))) };
  };
  const real = [
    { name: 'real', tiles: data.realTest },
    { name: OTHER_PHOTOGRAPHS, tiles: data.realSeen },
  ];
  const groups = [
    ['Power by frequency: VAE, GANs, super-resolution', data.test.filter(({ generator }) => generator !== 'ddpm')],
    ['Power by frequency: diffusion', data.test.filter(({ generator }) => generator === 'ddpm')],
  ] as const;
  return groups.map(([title, made]) => ({
    title,
    xLabel: 'cycles per pixel',
    yLabel: 'mean log10 power',
    series: [...real, ...made].map(series),
  }));
}

/** Samples compared with the training pictures. */
const NEAREST = 48;
/** Pieces whose noise is looked for. */
const INVERTED = 12;

/** Precision and recall on features of an installed network; copies of training pictures; DDIM there and back. */
export async function qualityFacts(
  data: EvidenceData,
  options: EvidenceOptions,
): Promise<{ quality: GeneratorFacts[]; diffusion: Figures | undefined }> {
  const finished = finishedRuns(options.checkpoints);
  const quality: GeneratorFacts[] = [];
  let real: FeatureRows | undefined;
  for (const { name, tiles } of [{ name: OTHER_PHOTOGRAPHS, tiles: data.realSeen }, ...data.test]) {
    options.onProgress?.(`quality of ${name}`, 0.9);
    const figures = await finished(`evidence-v${data.trial.recipe.version}-quality-${data.trial.trainTiles}-${name}`, async () => {
      real ??= await features(data.realTest, options);
      return { ...manifoldQuality(real, await features(tiles, options)) };
    });
    quality.push({ name, figures });
  }
  const ddpm = data.zoo.get('ddpm') as TrainedGenerator<DdpmConfig> | undefined;
  if (ddpm === undefined) return { quality, diffusion: undefined };
  const diffusion = await finished(`evidence-v${data.trial.recipe.version}-diffusion-${data.trial.trainTiles}`, () =>
    diffusionFigures(data, ddpm, options),
  );
  return { quality, diffusion };
}

async function diffusionFigures(
  data: EvidenceData,
  ddpm: TrainedGenerator<DdpmConfig>,
  { runtime, signal }: EvidenceOptions,
): Promise<Figures> {
  const { size } = ddpm.config;
  const { recipe, testTiles } = data.trial;
  const training = signed(photoCrops(data.photos.seen, { size, count: recipe.generatorPictures, seed: 'f2c/zoo' }), size);
  const count = Math.min(NEAREST, testTiles);
  const samples = data.test.find(({ generator }) => generator === 'ddpm')!.tiles;
  const distances = (set: TileSet): number[] =>
    nearestPictures(signed(firstTiles(set, count), size), training).map(({ distance }) => distance);
  const made = distances(samples).sort((a, b) => a - b);
  const fresh = distances(data.realSeen).sort((a, b) => a - b);
  const input = signed(firstTiles(data.realTest, Math.min(INVERTED, testTiles)), size);
  await using sampler = await openGenerator(ddpm, runtime, { signal });
  const steps = recipe.ddimSteps;
  const errorOf = async (refine: number): Promise<number> => {
    const noise = await sampler.invert(input, { steps, refine, signal });
    const back = await sampler.denoise(noise, { steps, clip: false, signal });
    return Math.sqrt(back.data.reduce((sum, v, i) => sum + (v - input.data[i]!) ** 2, 0) / back.data.length);
  };
  return {
    'nearest training picture, least': made[0]!,
    'nearest training picture, median': quantile(made, 0.5),
    'nearest to fresh real pieces, least': fresh[0]!,
    'nearest to fresh real pieces, median': quantile(fresh, 0.5),
    'inversion error, 8 runs a step': await errorOf(8),
    'inversion error, usual': await errorOf(0),
  };
}

function signed({ width, pixels }: TileSet, size: number): Planes {
  return signedPlanes({ width, height: width, channels: 3, pixels }, size);
}

/** 512 numbers for each tile by the face network of `faceplugin-face-recognition-js`, tiles enlarged to its 112 pixels. */
async function features(set: TileSet, { runtime, signal }: EvidenceOptions): Promise<FeatureRows> {
  const { packageFolder } = await import('@verilens/data/node');
  const folder = packageFolder({ name: 'faceplugin-face-recognition-js', set: 'features', from: import.meta.url });
  await using session = await runtime.load(`${folder}/model/fr_feature.onnx`, { signal });
  const side = 112;
  const [input] = session.inputs;
  const [output] = session.outputs;
  const count = countOf(set);
  const data = new Float32Array(count * 512);
  const area = set.width ** 2;
  for (let i = 0; i < count; i++) {
    const rgba = new Uint8ClampedArray(area * 4).fill(255);
    for (let k = 0; k < area; k++) for (let c = 0; c < 3; c++) rgba[k * 4 + c] = set.pixels[(i * area + k) * 3 + c]!;
    const large = resizeBilinear({ data: rgba, width: set.width, height: set.width }, side, side);
    const planes = new Float32Array(3 * side * side);
    for (let k = 0; k < side * side; k++) for (let c = 0; c < 3; c++) planes[c * side * side + k] = (large.data[k * 4 + c]! - 127) / 128;
    const answer = await session.run({ [input!.name]: new Tensor('float32', planes, [1, 3, side, side]) }, { signal });
    data.set(answer[output!.name]!.data as Float32Array, i * 512);
  }
  return { width: 512, data };
}
