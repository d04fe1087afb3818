import type { EvidenceOptions, EvidenceReport, Finding } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import { meanSd, pairedDifference } from '@verilens/metrics';
import { type Costs, costsOf } from './evidence-costs.ts';
import { type Figures, REFERENCES, runSeed, type SeedRuns, type VariantName, VARIANTS } from './evidence-runs.ts';
import { isLeftOut } from './lessons.ts';
import { type HybridRecipe, RECIPES } from './recipe.ts';
import type { Order } from './relations.ts';
import { SOURCES, twentyClasses } from './twenty-classes.ts';

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
  return evidenceOn(await twentyClasses(options.signal), options, options.quick === true ? QUICK : RECIPES.small);
}

/** The same on any set of six classes or more. */
export async function evidenceOn(set: PictureSet, options: EvidenceOptions, recipe: HybridRecipe): Promise<EvidenceReport> {
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
    notes: notes(set, recipe, quick),
  };
}

function studentRows(runs: readonly SeedRuns[], variants: readonly VariantName[]): readonly Row[] {
  return variants.map((name) => ({
    setting: `student, ${VARIANTS[name].name}`,
    measures: measures(runs.map(({ students }) => students[name]!)),
  }));
}

function referenceRows(runs: readonly SeedRuns[]): readonly Row[] {
  return REFERENCES.map((name) => ({
    setting: `references, ${name}`,
    measures: measures(runs.map(({ references }) => references[name]!)),
  }));
}

function costRows(costs: Costs): readonly Row[] {
  return Object.entries(costs).map(([part, figures]) => ({ setting: `cost, ${part}`, measures: measures([figures]) }));
}

function measures(runs: readonly Figures[]): Row['measures'] {
  return Object.fromEntries(
    Object.keys(runs[0]!).map((name) => {
      const values = runs.map((run) => run[name]!);
      return [name, { ...summaryOf(values), values }];
    }),
  );
}

function findings(runs: readonly SeedRuns[], { teacher, student }: Costs): readonly Finding[] {
  const of = (variant: VariantName, measure: string): number[] => runs.map(({ students }) => students[variant]![measure]!);
  const teacherOnPoor = (measure: string): number[] => runs.map(({ references }) => references[REFERENCES[1]]![measure]!);
  const both = (
    claim: string,
    a: (measure: string) => readonly number[],
    b: (measure: string) => readonly number[],
    least: number,
  ): Finding[] => ['accuracy', 'recall@1'].map((measure) => compare(`${claim}: ${measure}`, a(measure), b(measure), least));
  const against = (claim: string, other: VariantName, least = 0): Finding[] =>
    both(
      claim,
      (measure) => of('hybrid', measure),
      (measure) => of(other, measure),
      least,
    );
  const improves = (order: Exclude<Order, 'group'>, place: number): Finding =>
    compare(
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
    compare(
      'pairs of classes left out, all orders and the assistant against labels alone: AUC',
      of('hybrid', 'AUC'),
      of('labels', 'AUC'),
      0,
    ),
    compare(
      'the same, labels alone against all orders and the assistant: EER, lower is better',
      of('labels', 'EER'),
      of('hybrid', 'EER'),
      0,
    ),
    compare(
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

/** Yes when the 95 % t interval of the paired difference over seeds lies above `least`, no when it lies below. */
export function compare(claim: string, a: readonly number[], b: readonly number[], least: number, digits: number = 3): Finding {
  if (a.length < 2) return { claim, answer: 'not separable', because: 'one seed has no spread' };
  const { estimate, low, high } = pairedDifference(a, b);
  const answer = low >= least && low > 0 ? 'yes' : high < least ? 'no' : 'not separable';
  const [difference, from, to] = [estimate, low, high].map((value) => value.toFixed(digits));
  return {
    claim,
    answer,
    because: `${show(a, digits)} against ${show(b, digits)}, difference ${difference} [${from}, ${to}] over ${a.length} seeds`,
  };
}

function show(values: readonly number[], digits: number): string {
  const { mean, sd } = summaryOf(values);
  return values.length > 1 ? `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}` : mean.toFixed(digits);
}

function summaryOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  return values.length > 1 ? { mean: meanSd(values).mean, sd: meanSd(values).sd } : { mean: values[0]!, sd: 0 };
}

function notes(set: PictureSet, { config, pictures, kept, augmentation }: HybridRecipe, quick: boolean): readonly string[] {
  const named = (wanted: boolean): string => set.classes.filter((_, label) => isLeftOut(label) === wanted).join(', ');
  return [
    ...(set.name === 'MNIST and Fashion-MNIST' ? SOURCES.map((source) => `Data: ${source}.`) : [`Data: ${set.name}.`]),
    `Trained classes: ${named(false)}. Left out: ${named(true)}. Each seed draws its own ${pictures} pictures of each trained class, ${augmentation.views} views of each, and at most ${kept} others to measure with.`,
    `Poor pictures are ${config.low} pixels wide, good ones ${config.high}. All streams and all variants see the same pictures for the same number of steps; the teacher knows nothing that the labels of these pictures do not say, but sees them well.`,
    'accuracy: other pictures of trained classes. recall@1, AUC, EER: cosines among pictures of classes left out. distances: Pearson correlation of all distances among these with the teacher’s on the good pictures. individual, pair, triplet, group: mean loss of each order towards the teacher on them, lower is nearer.',
    'labels alone: the projection that order 1 is measured through is trained, but hands no gradient on to the student.',
    'Intervals: Student t over seeds, paired. They tell how the result varies with drawn pictures and starts, not with other data sets.',
    ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
  ];
}
