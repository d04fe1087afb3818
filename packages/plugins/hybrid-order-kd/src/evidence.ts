import type { EvidenceOptions, EvidenceReport, Finding } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { evidenceOverSets, measuresOverSeeds, pairedFinding } from '@verilens/metrics';
import { type Costs, costsOf } from './evidence-costs.ts';
import { REFERENCES, runSeed, type SeedRuns, underName, type VariantName, VARIANTS } from './evidence-runs.ts';
import { TRIALS } from './evidence-trials.ts';
import { isLeftOut } from './lessons.ts';
import type { OnnxTeacher } from './onnx-teacher.ts';
import type { HybridRecipe } from './recipe.ts';
import { type Order, ORDERS } from './relations.ts';

type Row = EvidenceReport['rows'][number];

const ALL = Object.keys(VARIANTS) as VariantName[];
const ROUNDS = 200;

/** The method's pass conditions on each data set. One that is not installed is left out, and the notes say how to get it. */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { checkpoints, quick = false } = options;
  const { rows, findings, notes } = await evidenceOverSets(TRIALS, options, (trial, { pictures, sources, teacher }, own) =>
    evidenceOn(
      pictures,
      {
        ...own,
        ...(checkpoints !== undefined && trial.file !== '' && { checkpoints: underName(trial.file, checkpoints) }),
        ...(teacher && { teacher }),
      },
      quick ? quickly(trial.recipe) : trial.recipe,
      sources,
    ),
  );
  return { method: 'hybrid-order-kd', rows, findings, notes: [...notes, ...explanations(quick)] };
}

/** Shows that everything runs, in seconds. */
function quickly(recipe: HybridRecipe): HybridRecipe {
  return {
    ...recipe,
    pictures: 8,
    kept: 12,
    augmentation: { ...recipe.augmentation, views: 1 },
    teacher: { ...recipe.teacher, epochs: 1, batchSize: 32 },
    assistant: { ...recipe.assistant, epochs: 1 },
    student: { ...recipe.student, epochs: 1 },
  };
}

interface TrialOptions extends EvidenceOptions {
  readonly teacher?: OnnxTeacher;
}

/** The conditions on any set of six classes or more. */
export async function evidenceOn(
  set: PictureSet,
  options: TrialOptions,
  recipe: HybridRecipe,
  sources: readonly string[] = [set.name],
): Promise<EvidenceReport> {
  const { seeds, runtime, onProgress, teacher } = options;
  const quick = options.quick === true;
  const variants = quick ? (['labels', 'hybrid'] as const) : ALL;
  const runs: SeedRuns[] = [];
  for (const [i, seed] of seeds.entries()) {
    const progress = (message: string, fraction: number): void => onProgress?.(message, (i + fraction) / seeds.length);
    runs.push(await runSeed(set, recipe, seed, variants, { ...options, onProgress: progress }));
  }
  const classes = set.classes.filter((_, label) => !isLeftOut(label)).length;
  const costs = await costsOf(recipe.config, classes, runtime, quick ? 10 : ROUNDS, teacher);
  return {
    method: 'hybrid-order-kd',
    rows: [...studentRows(runs, variants), ...referenceRows(runs), ...costRows(costs)],
    findings: quick ? [] : findings(runs, costs),
    notes: notes(set, sources, recipe, teacher !== undefined),
  };
}

function studentRows(runs: readonly SeedRuns[], variants: readonly VariantName[]): readonly Row[] {
  return variants.map((name) => ({
    setting: `student, ${VARIANTS[name].name}`,
    measures: measuresOverSeeds(runs.map(({ students }) => students[name]!)),
  }));
}

function referenceRows(runs: readonly SeedRuns[]): readonly Row[] {
  return REFERENCES.map((name) => ({
    setting: `references, ${name}`,
    measures: measuresOverSeeds(runs.map(({ references }) => references[name]!)),
  }));
}

function costRows(costs: Costs): readonly Row[] {
  return Object.entries(costs).map(([part, figures]) => ({ setting: `cost, ${part}`, measures: measuresOverSeeds([figures]) }));
}

function findings(runs: readonly SeedRuns[], { teacher, student }: Costs): readonly Finding[] {
  const of = (variant: VariantName, measure: string): number[] => runs.map(({ students }) => students[variant]![measure]!);
  const teacherOnPoor = (measure: string): number[] => runs.map(({ references }) => references[REFERENCES[1]]![measure]!);
  const both = (
    claim: string,
    a: (measure: string) => readonly number[],
    b: (measure: string) => readonly number[],
    least: number,
  ): Finding[] => ['accuracy', 'recall@1'].map((measure) => pairedFinding(`${claim}: ${measure}`, a(measure), b(measure), least));
  const against = (claim: string, other: VariantName, least = 0): Finding[] =>
    both(
      claim,
      (measure) => of('hybrid', measure),
      (measure) => of(other, measure),
      least,
    );
  const improves = (order: Order): Finding =>
    pairedFinding(
      `${VARIANTS[order].name} brings its own statistic nearer to the teacher’s, on classes left out`,
      of('labels', order),
      of(order, order),
      0,
      4,
    );
  const ratio = teacher['parameters']! / student['parameters']!;
  return [
    ...against('all orders and the assistant beat labels alone by 0.02 (asked of one of the two)', 'labels', 0.02),
    ...both(
      'all orders of the teacher alone, without the assistant, beat labels alone by 0.02',
      (measure) => of('unassisted', measure),
      (measure) => of('labels', measure),
      0.02,
    ),
    ...ORDERS.map(improves),
    ...against('without the assistant a part of the gain is lost', 'unassisted'),
    ...against('control: guides permuted lose against guides that fit', 'permuted'),
    ...both(
      'control: labels alone do better than guides permuted',
      (measure) => of('labels', measure),
      (measure) => of('permuted', measure),
      0,
    ),
    ...against('relations add to softened logits alone', 'logits'),
    // a pretrained teacher has no accuracy: it does not know these classes
    ...(teacherOnPoor('accuracy')[0] === undefined ? ['recall@1'] : ['accuracy', 'recall@1']).map((measure) =>
      pairedFinding(`the student beats the teacher on poor pictures enlarged: ${measure}`, of('hybrid', measure), teacherOnPoor(measure)),
    ),
    pairedFinding(
      'pairs of classes left out, all orders and the assistant against labels alone: AUC',
      of('hybrid', 'AUC'),
      of('labels', 'AUC'),
      0,
    ),
    pairedFinding(
      'the same, labels alone against all orders and the assistant: EER, lower is better',
      of('labels', 'EER'),
      of('hybrid', 'EER'),
      0,
    ),
    pairedFinding(
      'the student’s distances follow the teacher’s more closely than by labels alone',
      of('hybrid', 'distances'),
      of('labels', 'distances'),
      0,
    ),
    {
      claim: 'reduced model: the teacher has eight times the parameters or more, and takes longer',
      answer: ratio >= 8 && teacher['milliseconds']! > student['milliseconds']! ? 'yes' : 'no',
      because: `${teacher['parameters']} against ${student['parameters']} parameters (${ratio.toFixed(1)} times), ${(teacher['milliseconds']! / student['milliseconds']!).toFixed(1)} times the milliseconds, side by side`,
    },
  ];
}

function notes(
  set: PictureSet,
  sources: readonly string[],
  { config, pictures, kept, augmentation }: HybridRecipe,
  pretrained: boolean,
): readonly string[] {
  const named = (wanted: boolean): string => listed(set.classes.filter((_, label) => isLeftOut(label) === wanted));
  return [
    ...sources.map((source) => `Data: ${source}.`),
    `Trained classes: ${named(false)}. Left out: ${named(true)}. Each seed draws its own ${pictures} pictures of each trained class, ${augmentation.views} views of each, and at most ${kept} others to measure with.`,
    `Poor pictures are ${config.low} pixels wide, good ones ${config.high}. All streams and all variants see the same pictures for the same number of steps; ${
      pretrained
        ? 'the teacher is a pretrained network, read by importOnnx, and has no logits for these classes.'
        : 'the teacher knows nothing that the labels of these pictures do not say, but sees them well.'
    }`,
  ];
}

/** The first few of many. */
function listed(names: readonly string[]): string {
  return names.length <= 24 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`;
}

function explanations(quick: boolean): readonly string[] {
  return [
    'accuracy: other pictures of trained classes. recall@1, AUC, EER: cosines among pictures of classes left out. distances: Pearson correlation of all distances among these with the teacher’s on the good pictures. individual, pair, triplet, group: mean loss of each order towards the teacher on them, lower is nearer.',
    'labels alone: the projection that order 1 is measured through is trained, but hands no gradient on to the student. group order alone: weight 100.',
    'Intervals: Student t over seeds, paired. They tell how the result varies with drawn pictures and starts, not with other data sets.',
    ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
  ];
}
