import type { EvidenceOptions, EvidenceReport, Finding } from '@verilens/core';
import { nameOfPostProcessing } from '@verilens/data';
import { groupBy, measuresOverSeeds, pairedFinding, showSpread, type Figures } from '@verilens/metrics';
import { VIEWS } from './config.ts';
import { evidenceData, FULL_TRIAL, QUICK_TRIAL, type EvidenceData } from './evidence-data.ts';
import { OTHER_PHOTOGRAPHS, qualityFacts, spectrumCurves, spectrumFacts, type GeneratorFacts } from './evidence-generators.ts';
import { judgedPictures, type JudgedPicture } from './evidence-pictures.ts';
import { ABLATED_ON, ABLATIONS, classifierRuns, TRAINED_ON, VIEW_CONFIGS, type Run } from './evidence-runs.ts';

type Row = EvidenceReport['rows'][number];

/**
 * Train on real pieces and one generator, test on every other: the method against the same classifier on pixels, on a flat high-pass
 * and on the top band alone, clean and under post-processing; spectra and quality of the generators; whole pictures.
 */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { quick = false } = options;
  const trial = quick ? QUICK_TRIAL : FULL_TRIAL;
  const data = await evidenceData(options, trial);
  const views = quick ? new Map([...VIEW_CONFIGS].slice(0, 2)) : VIEW_CONFIGS;
  const runs = await classifierRuns(data, views, quick ? TRAINED_ON.slice(0, 1) : TRAINED_ON, options);
  const ablations = quick ? [] : await classifierRuns(data, ABLATIONS, ABLATED_ON, options);
  const spectra = spectrumFacts(data);
  const { quality, diffusion } = quick ? { quality: [], diffusion: undefined } : await qualityFacts(data, options);
  const pictures = quick ? [] : await judgedPictures(data.photos.unseen.slice(2), options);
  return {
    method: 'f2c',
    curves: quick ? [] : spectrumCurves(data),
    rows: [
      ...unseenRows(data, runs),
      ...conditionRows(data, runs),
      ...ablationRows(data, [...runs.filter(({ view, trainedOn }) => view === 'f2c' && ABLATED_ON.includes(trainedOn)), ...ablations]),
      ...factRows('real less generated log power', spectra),
      ...factRows('samples', quality),
      ...(diffusion === undefined ? [] : [{ setting: 'diffusion, 50 steps', measures: single(diffusion) }]),
      ...pictureRows(pictures),
    ],
    findings: quick ? [] : [...classifierFindings(data, runs), ...generatorFindings(spectra, diffusion), ...pictureFindings(pictures)],
    notes: [
      `Tiles of 32 pixels, rounded to bytes, ${trial.trainTiles} of each class to train on, ${trial.testTiles} of each to test. Real ones are pieces of photographs reduced by 2 to 6 (no JPEG blocks are left): four photographs of @vladmandic/face-api for training, its other two and four of scikit-image for testing. Both classes of a test go through the same post-processing by the same encoders.`,
      'Unseen: mean over every test set not made by the generator that was trained on; the four upsamplings count as generators of their own. Accuracy at log-odds 0, both classes counted alike.',
      'Each generator was trained once, by the recipe of the preset small (seed 0), on pieces of the photographs the classifiers see; seeds change the classifier (weights, order, mirror images) and the real pieces. The spread says nothing about another training of a generator.',
      'Not tried: other values of tau, the log spectrum as input, weights without the division by f or with exp(k) - 1, training on gan-bilinear and gan-shuffle (they are tested on), crops as post-processing (a crop of a 32-pixel tile would have to be enlarged), public generators.',
      'Quality: precision and recall (k = 3) on features of the face network of faceplugin-face-recognition-js, tiles enlarged to 112 pixels; the network was made for faces, so only differences between rows mean something. Nearest: root mean squared difference of values -1..1, mirror images counted, 48 pictures against the 6,000 that the generators saw.',
      'Whole pictures: the shipped weights (augmented training, all generators) on 256-pixel middles of photographs that nothing was trained or calibrated on. Four photographs are no population.',
      ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
    ],
  };
}

const unseenTests = (data: EvidenceData, { trainedOn }: Run): readonly string[] =>
  data.test.filter(({ generator }) => generator !== trainedOn).map(({ name }) => name);

function unseenMean(data: EvidenceData, run: Run, measure: string, condition: string): number {
  const tests = unseenTests(data, run);
  return tests.reduce((sum, test) => sum + run.figures[`${measure}|${condition}|${test}`]!, 0) / tests.length;
}

function unseenRows(data: EvidenceData, runs: readonly Run[]): Row[] {
  const groups = groupBy(runs, ({ view, trainedOn }) => `clean, ${view}, trained on ${trainedOn}`);
  return [...groups].map(([setting, group]) => ({
    setting,
    measures: measuresOverSeeds(
      group.map((run) => ({
        'unseen AUC': unseenMean(data, run, 'auc', 'clean'),
        'unseen AP': unseenMean(data, run, 'ap', 'clean'),
        'unseen accuracy': unseenMean(data, run, 'accuracy', 'clean'),
        ...Object.fromEntries(data.test.map(({ name }) => [name, run.figures[`auc|clean|${name}`]!])),
        control: run.figures['auc|control']!,
      })),
    ),
  }));
}

const conditionsOf = (data: EvidenceData): readonly string[] => ['clean', ...data.trial.conditions.map(nameOfPostProcessing)];

function conditionRows(data: EvidenceData, runs: readonly Run[]): Row[] {
  const views = [...groupBy(runs, ({ view }) => view)];
  return views.map(([view, group]) => ({
    setting: `unseen AUC, ${view}`,
    measures: measuresOverSeeds(
      [...groupBy(group, ({ seed }) => String(seed)).values()].map((own) =>
        Object.fromEntries(
          conditionsOf(data).map((condition) => [
            condition,
            own.reduce((sum, run) => sum + unseenMean(data, run, 'auc', condition), 0) / own.length,
          ]),
        ),
      ),
    ),
  }));
}

function ablationRows(data: EvidenceData, runs: readonly Run[]): Row[] {
  const groups = groupBy(
    runs,
    ({ view, trainedOn }) => `ablation, ${view === 'f2c' ? 'f2c, tau 0.1, cycles per pixel' : view}, trained on ${trainedOn}`,
  );
  return [...groups].map(([setting, group]) => ({
    setting,
    measures: measuresOverSeeds(
      group.map((run) => Object.fromEntries(conditionsOf(data).map((condition) => [condition, unseenMean(data, run, 'auc', condition)]))),
    ),
  }));
}

function factRows(group: string, facts: readonly GeneratorFacts[]): Row[] {
  return facts.map(({ name, figures }) => ({ setting: `${group}, ${name}`, measures: single(figures) }));
}

function pictureRows(pictures: readonly JudgedPicture[]): Row[] {
  return [...groupBy(pictures, ({ history }) => history)].map(([history, group]) => ({
    setting: `whole pictures, ${history}`,
    measures: single(Object.assign({}, ...group.map(({ figures }) => figures)) as Figures),
  }));
}

/** Seed by seed, the mean over training generators (and conditions) of the unseen AUC. */
function perSeed(data: EvidenceData, runs: readonly Run[], view: string, conditions: readonly string[]): number[] {
  const bySeed = groupBy(
    runs.filter((run) => run.view === view),
    ({ seed }) => String(seed),
  );
  return [...bySeed.values()].map(
    (group) =>
      group.reduce((sum, run) => sum + conditions.reduce((all, condition) => all + unseenMean(data, run, 'auc', condition), 0), 0) /
      (group.length * conditions.length),
  );
}

function classifierFindings(data: EvidenceData, runs: readonly Run[]): Finding[] {
  const clean = (view: string): number[] => perSeed(data, runs, view, ['clean']);
  const perturbed = (view: string): number[] => perSeed(data, runs, view, conditionsOf(data).slice(1));
  const controls = groupBy(runs, ({ view }) => view);
  return [
    pairedFinding('unseen generators: f2c beats raw pixels by 0.05 AUC', clean('f2c'), clean('pixels'), 0.05),
    pairedFinding('unseen generators: f2c beats a flat high-pass', clean('f2c'), clean('high-pass'), 0),
    pairedFinding('unseen generators, clean: f2c beats the top band alone (no condition of ours)', clean('f2c'), clean('top-band'), 0),
    pairedFinding('under post-processing: f2c beats the top band alone', perturbed('f2c'), perturbed('top-band'), 0),
    pairedFinding('under post-processing: f2c beats a flat high-pass', perturbed('f2c'), perturbed('high-pass'), 0),
    pairedFinding('under post-processing: f2c beats raw pixels', perturbed('f2c'), perturbed('pixels'), 0),
    ...VIEWS.map((view): Finding => {
      const found = (controls.get(view) ?? []).map(({ figures }) => figures['auc|control']!);
      return {
        claim: `control: ${view} cannot tell photographs that were trained on from others, 0.45 to 0.55`,
        answer: found.every((value) => value >= 0.45 && value <= 0.55) ? 'yes' : 'no',
        because: `${showSpread(found)}, ${Math.min(...found).toFixed(3)} to ${Math.max(...found).toFixed(3)} over ${found.length} networks`,
      };
    }),
  ];
}

function generatorFindings(spectra: readonly GeneratorFacts[], diffusion: Figures | undefined): Finding[] {
  const observed = spectra.flatMap(({ name, figures }): Finding[] => {
    if (name === OTHER_PHOTOGRAPHS) return [];
    const correlation = figures['rank correlation with f']!;
    return [
      {
        claim: `the gap between real and generated power grows with frequency: ${name} (rank correlation at least 0.9)`,
        answer: correlation >= 0.9 ? 'yes' : 'no',
        because: `${correlation.toFixed(3)}; gap ${figures['at 0.1']!.toFixed(2)} at 0.1, ${figures['at 0.3']!.toFixed(2)} at 0.3, ${figures['at 0.48']!.toFixed(2)} at 0.48 cycles per pixel`,
      },
    ];
  });
  if (diffusion === undefined) return observed;
  const error = diffusion['inversion error, 8 runs a step']!;
  const [made, fresh] = [diffusion['nearest training picture, median']!, diffusion['nearest to fresh real pieces, median']!];
  return [
    ...observed,
    {
      claim: 'DDIM inversion returns the input (root mean square error below 0.02, values -1..1)',
      answer: error < 0.02 ? 'yes' : 'no',
      because: `${error.toExponential(1)}; the usual inversion ${diffusion['inversion error, usual']!.toExponential(1)}`,
    },
    {
      claim: 'diffusion samples are no copies: none is nearer to a training picture than fresh real pieces ever are',
      answer: diffusion['nearest training picture, least']! >= diffusion['nearest to fresh real pieces, least']! ? 'yes' : 'no',
      because: `nearest ${diffusion['nearest training picture, least']!.toFixed(3)} against ${diffusion['nearest to fresh real pieces, least']!.toFixed(3)}, medians ${made.toFixed(3)} against ${fresh.toFixed(3)}`,
    },
  ];
}

function pictureFindings(pictures: readonly JudgedPicture[]): Finding[] {
  const groups = groupBy(pictures, ({ history }) => history);
  return [...groups].map(([history, group]) => ({
    claim: `whole pictures at the shipped thresholds: ${history}: ${group[0]!.expected}`,
    answer: group.every(({ status, expected }) => status === expected) ? 'yes' : 'no',
    because: group.map(({ photo, status }) => `${photo} ${status}`).join(', '),
  }));
}

const single = (figures: Figures): Row['measures'] => measuresOverSeeds([figures]);
