import type { DetectionStatus, EvidenceOptions, EvidenceReport, Finding } from '@verilens/core';
import type { ForgeOperation } from '@verilens/data';
import { groupBy, measuresOverSeeds as measures, pairedFinding as compare, showSpread as show } from '@verilens/metrics';
import type { DropoutMode } from './dropout.ts';
import { CONTROLS, footageRuns, REAL_DRAWS, type FootageRun } from './evidence-footage.ts';
import { videoVerdict } from './evidence-videos.ts';
import {
  ABLATION_FOLD,
  ABLATIONS,
  FOLDS,
  FULL_TRIAL,
  MODES,
  proceduralRuns,
  QUICK_TRIAL,
  TYPES,
  type ProceduralRun,
  type Type,
} from './evidence-procedural.ts';

type Row = EvidenceReport['rows'][number];

/**
 * The method's expectations on drawn faces (each mechanism on against off, each forgery type left out in turn), and the
 * shipped recipe on real videos of a person nobody trained on.
 */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { quick } = options;
  const drawn = quick
    ? await proceduralRuns(options, QUICK_TRIAL, ['spatiotemporal', 'fixed'], [ABLATION_FOLD])
    : [
        ...(await proceduralRuns(options, FULL_TRIAL, MODES, FOLDS)),
        ...(await proceduralRuns(options, FULL_TRIAL, ABLATIONS, [ABLATION_FOLD])),
      ];
  const footage = quick ? [] : await footageRuns(options);
  return {
    method: 'stdt',
    rows: [...proceduralRows(drawn), ...footageRows(footage), ...videoRows(footage)],
    findings: quick ? [] : [...proceduralFindings(drawn), ...footageFindings(footage), ...videoFindings(footage)],
    notes: [
      'Measures are areas under the ROC curve of single clips against real clips of other people; `unseen` is the type left out of training.',
      'Drawn faces: set s2, 32 px, 8 frames, 400 clips a type; every network is trained for the same number of steps, to the end of a cosine schedule.',
      'resample is trained and tested on but not left out: at this size no network learns it even when it is seen.',
      'gaze is left out: only a network that sees nothing but the eyes was shown to learn it.',
      'Real footage: two videos of one person who is in no training clip; forged with donors who are in none. One person is no population.',
      `Real clips and controls of the tested person are drawn ${REAL_DRAWS} times (warp, noise, JPEG), forged clips once. An AUC is that of the clips of all draws together, the mean over every draw of the one side against every draw of the other; its interval resamples windows, which keep all their clips.`,
      'Whole videos: calibrated scores of each network. Twins were forged frame by frame in the full picture and not encoded again. Each seed has weights and thresholds of its own; those of seed 0 are shipped.',
      ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
    ],
  };
}

function proceduralRows(runs: readonly ProceduralRun[]): Row[] {
  const groups = groupBy(runs, ({ mode, unseen }) => `drawn faces, ${mode}, without ${unseen}`);
  return [...groups].map(([setting, group]) => ({
    setting,
    measures: measures(
      group.map(({ figures, unseen }) => ({
        unseen: figures[unseen]!,
        ...Object.fromEntries(TYPES.map((type) => [type, figures[type]!])),
        loss: figures['loss']!,
      })),
    ),
  }));
}

function footageRows(runs: readonly FootageRun[]): Row[] {
  const groups = groupBy(
    runs,
    ({ part, left }) => `real footage, ${part}, ${left === 'none' ? 'all its operations seen' : `without ${left}`}`,
  );
  return [...groups].map(([setting, group]) => ({ setting, measures: measures(group.map(({ figures }) => figures)) }));
}

/** Scores of whole videos, a row for each network and video. */
function videoRows(runs: readonly FootageRun[]): Row[] {
  const judged = groupBy(
    runs.filter(({ videos }) => videos !== undefined),
    ({ part }) => part,
  );
  return [...judged].flatMap(([part, group]) => {
    const names = Object.keys(group[0]!.videos!);
    const thresholds = names.filter((name) => !name.includes(': '));
    const shown = groupBy(
      names.filter((name) => name.includes(': ')),
      (name) => name.split(': ')[0]!,
    );
    return [...shown].map(([video, its]) => ({
      setting: `whole videos, ${part}, ${video}`,
      measures: measures(
        group.map(({ videos }) => ({
          ...Object.fromEntries(its.map((name) => [name.split(': ')[1]!, videos![name]!])),
          ...Object.fromEntries(thresholds.map((name) => [name, videos![name]!])),
        })),
      ),
    }));
  });
}

/** Verdicts by seed, each with the weights and thresholds of its own training; the first seed's are shipped. */
function videoFindings(runs: readonly FootageRun[]): Finding[] {
  const bySeed = [
    ...groupBy(
      runs.filter(({ videos }) => videos !== undefined),
      ({ seed }) => String(seed),
    ).values(),
  ].map((group) => group.map(({ videos }) => videos!));
  const names = Object.keys(bySeed[0]?.[0] ?? {}).filter((name) => name.includes(': '));
  const finding = (claim: string, twin: RegExp, expected: DetectionStatus): Finding => {
    const chosen = names.filter((name) => twin.test(name));
    const verdicts = bySeed.map((networks) => chosen.map((name) => videoVerdict(networks, name)));
    const right = (seed: readonly DetectionStatus[]): number => seed.filter((status) => status === expected).length;
    return {
      claim,
      answer: right(verdicts[0]!) === chosen.length ? 'yes' : 'no',
      because: `shipped seed ${right(verdicts[0]!)} of ${chosen.length}; each seed ${verdicts.map(right).join(', ')}; otherwise ${
        [...new Set(verdicts.flat().filter((status) => status !== expected))].join(', ') || 'none'
      }`,
    };
  };
  return names.length === 0
    ? []
    : [
        finding('whole videos at the shipped thresholds: real ones AUTHENTIC', /: real$/, 'AUTHENTIC'),
        finding('whole videos at the shipped thresholds: swaps MANIPULATED (3 donors)', /: swap/, 'MANIPULATED'),
        finding('whole videos at the shipped thresholds: reenact twins MANIPULATED', /: reenact$/, 'MANIPULATED'),
        finding('whole videos at the shipped thresholds: selfblend twins MANIPULATED', /: selfblend$/, 'MANIPULATED'),
      ];
}

/** Seed by seed, the mean over folds of what `measure` reads of a run. */
function perSeed(runs: readonly ProceduralRun[], mode: DropoutMode, measure: (run: ProceduralRun) => number): number[] {
  const bySeed = groupBy(
    runs.filter((run) => run.mode === mode),
    ({ seed }) => String(seed),
  );
  return [...bySeed.values()].map((group) => group.reduce((sum, run) => sum + measure(run), 0) / group.length);
}

const unseenAuc = ({ figures, unseen }: ProceduralRun): number => figures[unseen]!;
const seenMean =
  (types: readonly Type[]) =>
  ({ figures, unseen }: ProceduralRun): number => {
    const seen = types.filter((type) => type !== unseen);
    return seen.reduce((sum, type) => sum + figures[type]!, 0) / seen.length;
  };
const relativeLoss = ({ figures, unseen }: ProceduralRun): number => {
  const seen = TYPES.filter((type) => type !== unseen);
  const losses = ['blur', 'noise', 'erase'].flatMap((kind) =>
    seen.map((type) => (figures[type]! - figures[`${kind}:${type}`]!) / figures[type]!),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
};

function proceduralFindings(runs: readonly ProceduralRun[]): Finding[] {
  const unseen = (mode: DropoutMode): number[] => perSeed(runs, mode, unseenAuc);
  const ablated = (mode: DropoutMode): number[] =>
    perSeed(
      runs.filter((run) => run.unseen === ABLATION_FOLD),
      mode,
      unseenAuc,
    );
  const temporalTypes = seenMean(['swap', 'reenact']);
  const perturbedRuns = runs.filter(({ figures }) => 'blur:swap' in figures);
  return [
    compare('unseen types: spatiotemporal dropout beats fixed sampling by 0.02 AUC', unseen('spatiotemporal'), unseen('fixed'), 0.02),
    compare('unseen types: spatiotemporal dropout beats a single frame', unseen('spatiotemporal'), unseen('single-frame'), 0),
    compare('ablation: temporal dropout alone beats fixed sampling (unseen swap)', ablated('temporal'), ablated('fixed'), 0),
    compare('ablation: spatial dropout alone beats fixed sampling (unseen swap)', ablated('spatial'), ablated('fixed'), 0),
    compare('ablation: both beat temporal dropout alone (unseen swap)', ablated('spatiotemporal'), ablated('temporal'), 0),
    compare('ablation: both beat spatial dropout alone (unseen swap)', ablated('spatiotemporal'), ablated('spatial'), 0),
    compare(
      'time matters: on swap and reenact seen in training, a single frame is worse by 0.05 AUC',
      perSeed(runs, 'spatiotemporal', temporalTypes),
      perSeed(runs, 'single-frame', temporalTypes),
      0.05,
    ),
    compare(
      'robustness: blur, noise and erased blocks cost fixed sampling a larger share of its AUC',
      perSeed(perturbedRuns, 'fixed', relativeLoss),
      perSeed(perturbedRuns, 'spatiotemporal', relativeLoss),
      0,
    ),
  ];
}

function footageFindings(runs: readonly FootageRun[]): Finding[] {
  const values = (part: FootageRun['part'], left: FootageRun['left'], measure: string): number[] =>
    runs.filter((run) => run.part === part && run.left === left).map(({ figures }) => figures[measure]!);
  const each = (figures: readonly number[]): string => figures.map((value) => value.toFixed(3)).join(', ');
  const bar = (operation: ForgeOperation, left: 'none' | ForgeOperation): Finding => {
    const found = values('temporal', left, operation);
    return {
      claim: `real footage, unseen person: ${operation}${left === 'none' ? '' : ' left out of training'} at least 0.90 AUC`,
      answer: found.every((value) => value >= 0.9) ? 'yes' : 'no',
      because: `temporal network ${show(found)}, each seed ${each(found)}`,
    };
  };
  const control = (part: FootageRun['part'], name: string): Finding => {
    const found = values(part, 'none', `real:${name}`);
    return {
      claim: `real footage: the ${part} network cannot tell real clips apart (${name}), 0.45 to 0.55`,
      answer: found.every((value) => value >= 0.45 && value <= 0.55) ? 'yes' : 'no',
      because: each(found),
    };
  };
  const operations = ['swap', 'reenact', 'selfblend'] as const;
  return [
    ...operations.map((operation) => bar(operation, 'none')),
    ...operations.map((operation) => bar(operation, operation)),
    ...(['temporal', 'spatial'] as const).flatMap((part) => CONTROLS.map((name) => control(part, name))),
  ];
}
