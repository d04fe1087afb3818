import type { EvidenceOptions, EvidenceReport, Finding } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { measuresOverSeeds, pairedFinding } from '@verilens/metrics';
import { defaultPictures } from './default-pictures.ts';
import { type Costs, costsOf } from './evidence-costs.ts';
import { REFERENCES, runSeed, type SeedRuns, type VariantName, VARIANTS } from './evidence-runs.ts';
import { isLeftOut } from './lessons.ts';
import { type HybridRecipe, RECIPES } from './recipe.ts';
import type { Order } from './relations.ts';

type Row = EvidenceReport['rows'][number];

const ALL = Object.keys(VARIANTS) as VariantName[];
const ROUNDS = 200;

/** Shows that everything runs, in seconds. */
const QUICK: HybridRecipe = {
  ...RECIPES.small,
  pictures: 8,
  kept: 12,
  augmentation: { ...RECIPES.small.augmentation, views: 1 },
  teacher: { ...RECIPES.small.teacher, epochs: 1, batchSize: 32 },
  assistant: { ...RECIPES.small.assistant, epochs: 1 },
  student: { ...RECIPES.small.student, epochs: 1 },
};

/** The sheet's pass conditions on MNIST and Fashion-MNIST, by the shipped recipe. */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { pictures, sources } = await defaultPictures(options.signal);
  return evidenceOn(pictures, options, options.quick === true ? QUICK : RECIPES.small, sources);
}

/** The same on any set of six classes or more. */
export async function evidenceOn(
  set: PictureSet,
  options: EvidenceOptions,
  recipe: HybridRecipe,
  sources: readonly string[] = [set.name],
): Promise<EvidenceReport> {
  const { seeds, runtime, onProgress } = options;
  const quick = options.quick === true;
  const variants = quick ? (['labels', 'hybrid'] as const) : ALL;
  const runs: SeedRuns[] = [];
  for (const [i, seed] of seeds.entries()) {
    const progress = (message: string, fraction: number): void => onProgress?.(message, (i + fraction) / seeds.length);
    runs.push(await runSeed(set, recipe, seed, variants, { ...options, onProgress: progress }));
  }
  const classes = set.classes.filter((_, label) => !isLeftOut(label)).length;
  const costs = await costsOf(recipe.config, classes, runtime, quick ? 10 : ROUNDS);
  return {
    method: 'hybrid-order-kd',
    rows: [...studentRows(runs, variants), ...referenceRows(runs), ...costRows(costs)],
    findings: quick ? [] : findings(runs, costs),
    notes: notes(set, sources, recipe, quick),
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
  const improves = (order: Exclude<Order, 'group'>, place: number): Finding =>
    pairedFinding(
      `order ${place} alone brings its own statistic nearer to the teacher’s, on classes left out`,
      of('labels', order),
      of(order, order),
      0,
      4,
    );
  const ratio = teacher['parameters']! / student['parameters']!;
  return [
    ...against('all orders and the assistant beat labels alone by 0.02 (the sheet asks it of one of the two)', 'labels', 0.02),
    improves('individual', 1),
    improves('pair', 2),
    improves('triplet', 3),
    ...against('without the assistant a part of the gain is lost', 'unassisted'),
    ...against('control: guides permuted lose against guides that fit', 'permuted'),
    ...both(
      'control: labels alone do better than guides permuted',
      (measure) => of('labels', measure),
      (measure) => of('permuted', measure),
      0,
    ),
    ...against('relations add to softened logits alone', 'logits'),
    ...both('the student beats the teacher on poor pictures enlarged', (measure) => of('hybrid', measure), teacherOnPoor, 0),
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
  quick: boolean,
): readonly string[] {
  const named = (wanted: boolean): string => set.classes.filter((_, label) => isLeftOut(label) === wanted).join(', ');
  return [
    ...sources.map((source) => `Data: ${source}.`),
    `Trained classes: ${named(false)}. Left out: ${named(true)}. Each seed draws its own ${pictures} pictures of each trained class, ${augmentation.views} views of each, and at most ${kept} others to measure with.`,
    `Poor pictures are ${config.low} pixels wide, good ones ${config.high}. All streams and all variants see the same pictures for the same number of steps; the teacher knows nothing that the labels of these pictures do not say, but sees them well.`,
    'accuracy: other pictures of trained classes. recall@1, AUC, EER: cosines among pictures of classes left out. distances: Pearson correlation of all distances among these with the teacher’s on the good pictures. individual, pair, triplet, group: mean loss of each order towards the teacher on them, lower is nearer.',
    'labels alone: the projection that order 1 is measured through is trained, but hands no gradient on to the student.',
    'Intervals: Student t over seeds, paired. They tell how the result varies with drawn pictures and starts, not with other data sets.',
    ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
  ];
}
