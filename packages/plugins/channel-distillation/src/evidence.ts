import { type EvidenceOptions, type EvidenceReport, type Finding, finishedRuns, throwIfAborted } from '@verilens/core';
import { createRandom, type TrackingEvent } from '@verilens/data';
import { type Figures, measuresOverSeeds, pairedDifference, showSpread } from '@verilens/metrics';
import { CHOICES, installedNetwork, type Run, runsOn } from './evidence-runs.ts';
import { networkFeatures } from './network-features.ts';

const PLACE = 'plugin channel-distillation';
/** A loss of precision or success that counts as none. */
const LEVEL = 0.02;

/**
 * The method's controls on drawn sequences: which channels are chosen, and what following by them is worth. One run is one
 * sequence; every setting follows the same frames from the same box.
 */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { runtime, seeds, quick = false, signal, checkpoints, onProgress } = options;
  const size = quick ? { frames: 6, cells: 24, width: 160, height: 120, object: 24 } : FULL;
  const events: readonly TrackingEvent[] = quick ? ['plain'] : EVENTS;
  const model = await installedNetwork();
  const network = model === undefined ? undefined : await networkFeatures(runtime, model, size.cells);
  const finished = finishedRuns(checkpoints);
  const runs: { readonly seed: number; readonly run: Run }[] = [];
  try {
    for (const [at, seed] of seeds.entries()) {
      for (const [place, event] of events.entries()) {
        throwIfAborted(signal, PLACE);
        onProgress?.(`seed ${seed}, ${event}`, (at + place / events.length) / seeds.length);
        const name = `${quick ? 'quick' : 'full'}-${network === undefined ? 'light' : 'network'}-${event}-${seed}`;
        const run = await finished(name, () => runsOn({ event, seed, network, draw: createRandom(seed).fork(event), ...size }));
        runs.push({ seed, run });
      }
    }
  } finally {
    await network?.dispose();
  }
  const settings = Object.keys(runs[0]!.run);
  /** Means over the events of each seed. */
  const bySeed = (setting: string): Figures[] =>
    seeds.map((seed) => {
      const own = runs.filter((one) => one.seed === seed).map(({ run }) => run[setting]!);
      return Object.fromEntries(Object.keys(own[0]!).map((name) => [name, own.reduce((sum, f) => sum + f[name]!, 0) / own.length]));
    });
  const of = (setting: string, measure: string): readonly number[] => runs.map(({ run }) => run[setting]![measure]!);
  return {
    method: 'channel-distillation',
    rows: settings.map((setting) => ({ setting, measures: measuresOverSeeds(bySeed(setting)) })),
    findings: findings(of, network !== undefined),
    notes: [
      `Sequences: ${events.join(', ')} of trackingSequence (@verilens/data), ${size.width}x${size.height}, the first ${size.frames} of 120 frames, ${size.cells} cells, one of each for a seed; figures are means over them, intervals over all ${runs.length} sequences.`,
      'Success: area under the share of frames by overlap; precision: share of frames whose centre is within 4 pixels, and within 20; the given first box does not count. Channels: how many were used.',
      '"level" means that the 95 % t interval of the paired difference lies above -0.02.',
      'Random channels and components are as many as the distilled tracker kept on the same sequence. Components need all channels to be computed.',
      'Filters and noise: 32 random filters of 5 x 5 cells with a rectifier and 32 maps of fresh noise; solver A.',
      network === undefined
        ? 'The network of the package faceplugin-face-recognition-js is not installed: deep features were left out.'
        : 'Network: 128 maps behind the first three convolutions of the face network fr_feature.onnx of faceplugin-face-recognition-js; solver A for both rows, since the moments of solver B grow with the square of the channels.',
      'Choosing channels anew is not among the settings: it needs pictures of 48 frames, more than these sequences have.',
      'Speed is measured by the benchmark (npm run -s bench -- track), not here.',
    ],
  };
}

/** An object that only moves, grows, is hidden, turns. */
const EVENTS: readonly TrackingEvent[] = ['plain', 'scale', 'occlusion', 'rotation'];
/** Smaller than the tracker's defaults (48 cells), so that three seeds take minutes. */
const FULL = { frames: 30, cells: 32, width: 240, height: 180, object: 30 };

function findings(of: (setting: string, measure: string) => readonly number[], deep: boolean): Finding[] {
  const { light, noise, network } = CHOICES;
  const share = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const quarter = (mine: string, whole: string): Finding => {
    const shares = of(mine, 'channels').map((count, i) => count / of(whole, 'channels')[i]!);
    return {
      claim: `at most a quarter of the channels: ${mine}`,
      answer: Math.max(...shares) <= 0.25 ? 'yes' : 'no',
      because: `${showSpread(of(mine, 'channels'), 1)} of ${of(whole, 'channels')[0]}, most ${(100 * Math.max(...shares)).toFixed(1)} %`,
    };
  };
  return [
    quarter(light.distilled, light.all),
    level('precision at 20 px level with all channels', of(light.distilled, 'precision at 20'), of(light.all, 'precision at 20')),
    level('success level with all channels', of(light.distilled, 'success'), of(light.all, 'success')),
    above('success above as many channels at random', of(light.distilled, 'success'), of(light.random, 'success')),
    level('success level with as many principal components', of(light.distilled, 'success'), of(light.components, 'success')),
    above('success above channels chosen on one sample', of(light.distilled, 'success'), of(light.oneSample, 'success')),
    {
      claim: 'held-out selection keeps less than 10 % noise',
      answer: share(of(noise.distilled, 'noise share')) < 0.1 ? 'yes' : 'no',
      because: `share of noise among the kept ${showSpread(of(noise.distilled, 'noise share'))}, half of all channels are noise`,
    },
    {
      claim: 'selection on one sample prefers noise',
      answer: share(of(noise.oneSample, 'noise share')) > 0.5 ? 'yes' : 'no',
      because: `share of noise among the kept ${showSpread(of(noise.oneSample, 'noise share'))}`,
    },
    above(
      'with noise among the channels: success above selection on one sample',
      of(noise.distilled, 'success'),
      of(noise.oneSample, 'success'),
    ),
    level('with noise among the channels: success level with all channels', of(noise.distilled, 'success'), of(noise.all, 'success')),
    above('the spatial penalty (solver B) above the plain filter (solver A)', of(light.distilled, 'success'), of(light.plain, 'success')),
    level('the plain filter: success level with all channels', of(light.plain, 'success'), of(light.plainAll, 'success')),
    ...(deep
      ? [
          quarter(network.distilled, network.all),
          level('features of a network: success level with all channels', of(network.distilled, 'success'), of(network.all, 'success')),
        ]
      : []),
  ];
}

/** Is `a` not below `b` by more than LEVEL, sequence by sequence? */
function level(claim: string, a: readonly number[], b: readonly number[]): Finding {
  return paired(claim, a, b, -LEVEL);
}

function above(claim: string, a: readonly number[], b: readonly number[]): Finding {
  return paired(claim, a, b, 0);
}

function paired(claim: string, a: readonly number[], b: readonly number[], limit: number): Finding {
  const against = `${showSpread(a)} against ${showSpread(b)} over sequences`;
  if (a.length < 2) return { claim, answer: 'not separable', because: `${against}; one sequence has no spread` };
  const { estimate, low, high } = pairedDifference(a, b);
  return {
    claim,
    answer: low > limit ? 'yes' : high < limit ? 'no' : 'not separable',
    because: `${against}, difference ${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
  };
}
