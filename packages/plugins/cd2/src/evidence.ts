import { type EvidenceOptions, type EvidenceReport, type Finding, finishedRuns, throwIfAborted } from '@verilens/core';
import { evidenceOverSets, type Figures, measuresOverSeeds, pairedFinding } from '@verilens/metrics';
import { type Parameters, readSafetensors, writeSafetensors } from '@verilens/nn';
import { type Cd2Config, PLACE, PRESETS } from './config.ts';
import { drawStream, type Stream, type StreamSize } from './evidence-data.ts';
import {
  ground,
  hiddenGround,
  type Once,
  runClassMeans,
  runCondensation,
  runFineTuning,
  runVariant,
  type Variant,
} from './evidence-runs.ts';
import { type Trial, type TrialPictures, TRIALS } from './evidence-trials.ts';
import { base } from './learn.ts';
import { part, prefixed } from './train-base.ts';

const VARIANTS: readonly Variant[] = [
  { name: 'CD2', memory: 'distilled', structure: true, feature: true, near: true },
  { name: 'CD2 without retention', memory: 'distilled', structure: false, feature: false, near: true },
  { name: 'CD2, structure alone', memory: 'distilled', structure: true, feature: false },
  { name: 'CD2, feature alone', memory: 'distilled', structure: false, feature: true },
  { name: 'prototype memory with retention', memory: 'prototype', structure: true, feature: true },
  { name: 'real pictures with retention', memory: 'real', structure: true, feature: true },
  { name: 'replay of real pictures', memory: 'real', structure: false, feature: false, near: true },
];

/** A run's figures by setting. */
type SeedRun = Readonly<Record<string, Figures>>;

/** Every trial on every seed. A data set that is not installed is left out, and the notes say how to get it. */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { seeds, quick = false } = options;
  const config = quick ? PRESETS.tiny : PRESETS.small;
  const { rows, findings, notes } = await evidenceOverSets(TRIALS, options, async (trial, pictures, own) => {
    const runs: SeedRun[] = [];
    for (const [at, seed] of seeds.entries()) {
      throwIfAborted(own.signal, PLACE);
      const work = (name: string, fraction: number): void => own.onProgress?.(`seed ${seed}: ${name}`, (at + fraction) / seeds.length);
      runs.push(await finishedRun(trial, pictures, config, seed, own, work));
    }
    return {
      rows: Object.keys(runs[0]!).map((setting) => ({ setting, measures: measuresOverSeeds(runs.map((run) => run[setting]!)) })),
      findings: answersOf(runs),
      notes: trial.notes(config, sizeOf(trial, quick)),
    };
  });
  return {
    method: 'cd2',
    rows,
    findings,
    notes: [
      ...notes,
      'Session t is the accuracy over all classes seen by then; average is their mean, drop the first less the last; base, new and their harmonic mean are after the last session; forgetting is how far earlier sessions fell below their best; drift is |logit before - logit after| on the memory, per old class, mean over sessions.',
      `Every setting of a seed shares the base session, the pictures and the seed; the memory holds ${config.distillation.pictures} pictures a class (prototypes: 1 mean feature).`,
      'Class means are of frozen features, by cosine. "hidden" takes what the last layer sees instead, which is where CD2 starts each session from.',
      'Memory: squared distance in hidden vector and logits to the mean of the class, over the base classes; "unseen" to the mean of test pictures. Real: mean over ten draws.',
    ],
  };
}

/** A seed's run, or what the store kept of it. */
async function finishedRun(
  trial: Trial,
  pictures: TrialPictures,
  config: Cd2Config,
  seed: number,
  options: EvidenceOptions,
  progress: (name: string, fraction: number) => void,
): Promise<SeedRun> {
  const { quick = false, checkpoints } = options;
  const file = `${trial.file}-${quick ? 'quick' : 'full'}-${seed}`;
  return finishedRuns(checkpoints)(file, async () => {
    const size = sizeOf(trial, quick);
    const stream = await drawStream(await pictures(seed, size, config.side), size, config, seed);
    return oneSeed(stream, config, seed, options, progress, file);
  });
}

function sizeOf({ full, quick }: Trial, isQuick: boolean): StreamSize {
  return isQuick ? quick : full;
}

async function oneSeed(
  stream: Stream,
  config: Cd2Config,
  seed: number,
  { runtime, signal, checkpoints }: EvidenceOptions,
  progress: (name: string, fraction: number) => void,
  file: string,
): Promise<SeedRun> {
  const training = { runtime, config, seed, signal };
  const once: Once = async (name, make) => {
    const kept = await checkpoints?.read(`${file}-${name}.safetensors`);
    if (kept !== undefined) return readSafetensors(kept).tensors as Parameters;
    const made = await make();
    await checkpoints?.write(`${file}-${name}.safetensors`, writeSafetensors(made));
    return made;
  };
  const learned = await once('base', async () => {
    const onProgress = (fraction: number): void => progress('base session', 0.5 * fraction);
    const { backbone, head } = await base(stream.lessons[0]!, { ...training, onProgress });
    return new Map([...prefixed(backbone, 'backbone.'), ...prefixed(head, 'head.')]);
  });
  const parameters = { backbone: part(learned, 'backbone.'), head: part(learned, 'head.') };
  const at = await ground(stream, parameters, runtime, config, once);
  try {
    const run: Record<string, Figures> = {};
    const finished = finishedRuns(checkpoints);
    const steps: [string, () => Promise<Figures> | Figures][] = [
      ...VARIANTS.map((variant): [string, () => Promise<Figures>] => [
        `sessions, ${variant.name}`,
        () => runVariant(at, variant, training),
      ]),
      ['sessions, fine-tuning of everything', () => runFineTuning(at, training)],
      ['sessions, class means', () => runClassMeans(at)],
      ['sessions, class means (hidden)', async () => runClassMeans(await hiddenGround(at))],
      ['memory, two pictures a class', () => runCondensation(at, training)],
    ];
    for (const [index, [name, work]] of steps.entries()) {
      throwIfAborted(signal, PLACE);
      progress(name, 0.5 + (0.5 * index) / steps.length);
      run[name] = await finished(`${file}-${index}`, async () => work());
    }
    return run;
  } finally {
    await at.model[Symbol.asyncDispose]();
  }
}

function answersOf(runs: readonly SeedRun[]): Finding[] {
  const of = (setting: string, measure: string): number[] => runs.map((run) => run[setting]![measure]!);
  const average = (name: string): number[] => of(`sessions, ${name}`, 'average');
  const memory = (measure: string): number[] => of('memory, two pictures a class', measure);
  return [
    pairedFinding('average accuracy: far above fine-tuning (0.1 at least)', average('CD2'), average('fine-tuning of everything'), 0.1),
    pairedFinding('average accuracy: above replay of two real pictures a class', average('CD2'), average('replay of real pictures')),
    pairedFinding('the memory: above two real pictures with the same retention', average('CD2'), average('real pictures with retention')),
    pairedFinding('the memory: above a prototype with the same retention', average('CD2'), average('prototype memory with retention')),
    pairedFinding('retention: above the distilled memory without it', average('CD2'), average('CD2 without retention')),
    pairedFinding('structure retention adds to feature retention', average('CD2'), average('CD2, feature alone')),
    pairedFinding('feature retention adds to structure retention', average('CD2'), average('CD2, structure alone')),
    pairedFinding('average accuracy: above plain class means', average('CD2'), average('class means')),
    pairedFinding(
      'retention holds outputs on the memory: less drift',
      of('sessions, CD2 without retention', 'drift'),
      of('sessions, CD2', 'drift'),
    ),
    pairedFinding('condensed: nearer to the mean of unseen pictures than two real ones', memory('real, unseen'), memory('made, unseen')),
    {
      claim: 'the matching loss falls tenfold',
      answer: memory('fall of the matching loss').every((fall) => fall >= 10) ? 'yes' : 'no',
      because: `to 1/${memory('fall of the matching loss')
        .map((fall) => fall.toFixed(0))
        .join(', 1/')} of its start`,
    },
    ...(runs[0]!['sessions, CD2']!['hands seen, average'] === undefined ? [] : handsSeen(of)),
  ];
}

/** The same learners on drawings of hands that they were shown: does it matter there how they remember? */
function handsSeen(of: (setting: string, measure: string) => number[]): Finding[] {
  const seen = (name: string): number[] => of(`sessions, ${name}`, 'hands seen, average');
  const atFirst = of('sessions, CD2', 'session 0');
  return [
    pairedFinding('hands seen: above replay of two real pictures a class', seen('CD2'), seen('replay of real pictures')),
    pairedFinding('hands seen: above plain class means', seen('CD2'), seen('class means')),
    pairedFinding('hands seen: retention above the distilled memory without it', seen('CD2'), seen('CD2 without retention')),
    pairedFinding(
      'an unseen hand costs more accuracy at the start than all later sessions',
      of('sessions, CD2', 'hands seen, first').map((value, i) => value - atFirst[i]!),
      of('sessions, CD2', 'drop'),
    ),
  ];
}
