import {
  calibratedSimilarity,
  cosineAtRate,
  type EvidenceReport,
  type Finding,
  type SimilarityCalibration,
  throwIfAborted,
} from '@verilens/core';
import { expectedCalibrationError, verification, type Verification } from '@verilens/metrics';
import { fitWithout } from './calibrate.ts';
import { type Search, type Searched, type SearchesOfOne, searchOneByOne, searchStrangers } from './evidence-searches.ts';
import { type KnownPairs, knownPairs, type SampleFace, SAMPLE_SOURCES } from './sample-people.ts';

type Row = EvidenceReport['rows'][number];
const RATES = [0.1, 0.01, 0.001, 0.0001];
const BIN = 0.1;

/** What the installed network does on real pictures, by calibrations that never saw the people they judge. */
export async function evidenceOn(
  faces: readonly SampleFace[],
  recognizer: Searched,
  options: {
    readonly seeds: readonly number[];
    /** Of the bootstrap. Default 2000. */
    readonly resamples?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (message: string, fraction: number) => void;
  },
): Promise<EvidenceReport> {
  const { seeds, resamples, signal, onProgress } = options;
  const pairs = knownPairs(faces);
  const { identities } = pairs;
  const [seed = 0] = seeds;
  const shared = { identities, seed, resamples, falseAcceptRates: [] };
  onProgress?.('bootstrap by people', 0);
  const whole = verification(pairs.cosines, pairs.labels, shared);
  const heldOut: HeldOut[] = [];
  const people = [...new Set(identities.flat())];
  for (const [index, person] of people.entries()) {
    throwIfAborted(signal, 'evidence');
    onProgress?.(`calibrating without ${person}`, index / people.length);
    heldOut.push(...judgeWithout(faces, pairs, person, recognizer.model));
  }
  onProgress?.('searching galleries of one', 1);
  const alone = await searchOneByOne(faces, recognizer);
  const search = await searchStrangers(faces, recognizer);
  return {
    method: 'face-embedding',
    rows: [...histogram(pairs), ...kindRows(pairs), ...rateRows(heldOut)],
    findings: findings(whole, heldOut, recognizer.limits.compare, { alone, search }, inSeveralPictures(pairs)),
    notes: notes(pairs, whole),
  };
}

/** A known pair, judged by a calibration that saw no picture of its first person. */
interface HeldOut {
  readonly cosine: number;
  readonly label: number;
  readonly kind: string;
  readonly similarity: number;
  readonly falseAcceptRate: number;
  /** Cosine asked for at each of RATES. */
  readonly thresholds: readonly number[];
}

function judgeWithout(faces: readonly SampleFace[], pairs: KnownPairs, person: string, model: string): readonly HeldOut[] {
  const mine = pairs.identities.flatMap(([a, b], pair) => (a === person || (b === person && a !== person) ? pair : []));
  let calibration: SimilarityCalibration | undefined;
  return mine.map((pair) => {
    calibration ??= fitWithout(faces, new Set([person]), model);
    const cosine = pairs.cosines[pair]!;
    const told = calibratedSimilarity(cosine, calibration);
    return {
      cosine,
      label: pairs.labels[pair]!,
      kind: pairs.kinds[pair]!,
      similarity: told.similarity,
      falseAcceptRate: told.falseAcceptRate,
      thresholds: RATES.map((rate) => cosineAtRate(rate, calibration!)),
    };
  });
}

/** How many pairs of each kind fall into each tenth of the cosine. */
function histogram({ cosines, labels, kinds }: KnownPairs): readonly Row[] {
  const rows: Row[] = [];
  for (let low = -0.3; low < 1 - 1e-9; low += BIN) {
    const inside = [...cosines.keys()].filter((pair) => cosines[pair]! >= low && cosines[pair]! < low + BIN);
    const count = (label: number, kind?: string): number =>
      inside.filter((pair) => labels[pair] === label && (kind === undefined || kinds[pair] === kind)).length;
    rows.push({
      setting: `pairs by cosine, ${low.toFixed(1)} to ${(low + BIN).toFixed(1)}`,
      measures: {
        'different people': one(count(0)),
        'same person, photographs': one(count(1, 'photos')),
        'same person, video': one(count(1, 'video') + count(1, 'photo-video')),
      },
    });
  }
  return rows;
}

function kindRows({ cosines, labels, kinds }: KnownPairs): readonly Row[] {
  return ['photos', 'photo-video', 'video'].flatMap((kind) =>
    [1, 0].flatMap((label): Row | [] => {
      const values = cosines.filter((_, pair) => kinds[pair] === kind && labels[pair] === label);
      if (values.length === 0) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        setting: `cosines, ${label === 1 ? 'same person' : 'different people'}, ${kind}`,
        measures: { pairs: one(values.length), lowest: one(Math.min(...values)), mean: one(mean), highest: one(Math.max(...values)) },
      };
    }),
  );
}

/** The false-accept table: what was promised to people the calibration never saw, and what happened. */
function rateRows(heldOut: readonly HeldOut[]): readonly Row[] {
  return RATES.map((rate, index) => {
    const share = (label: number, kind?: string): number => {
      const of = heldOut.filter((pair) => pair.label === label && (kind === undefined || pair.kind === kind));
      return of.filter(({ cosine, thresholds }) => cosine >= thresholds[index]!).length / of.length;
    };
    const thresholds = heldOut.map((pair) => pair.thresholds[index]!);
    return {
      setting: `false accepts, ${rate} promised`,
      measures: {
        'cosine asked for': { mean: thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length, sd: 0, values: [] },
        'different people accepted': one(share(0)),
        'same person accepted': one(share(1)),
        'same person accepted, photographs': one(share(1, 'photos')),
      },
    };
  });
}

function findings(
  whole: Verification,
  heldOut: readonly HeldOut[],
  limit: number,
  { alone, search }: { readonly alone: SearchesOfOne; readonly search: Search },
  samePeople: number,
): readonly Finding[] {
  // Without an error the bootstrap says [0, 0]; the exact bound for so many people in whom none was seen does not.
  const bound = Math.max(whole.eer.high, 1 - 0.05 ** (1 / samePeople));
  const different = heldOut.filter(({ label }) => label === 0);
  const same = heldOut.filter(({ label }) => label === 1);
  const accepted = (of: readonly HeldOut[]): number => of.filter(({ falseAcceptRate }) => falseAcceptRate <= limit).length;
  const photos = same.filter(({ kind }) => kind === 'photos');
  const ece = expectedCalibrationError(
    heldOut.map(({ similarity }) => similarity),
    heldOut.map(({ label }) => label),
  );
  const nearest = different.reduce((least, pair) => (pair.falseAcceptRate < least.falseAcceptRate ? pair : least));
  return [
    {
      claim: `an impostor at the default threshold (false-accept rate ${limit}) is refused on every pair tried`,
      answer: accepted(different) === 0 ? 'yes' : 'no',
      because: `${accepted(different)} of ${different.length} judgements accepted, each by a calibration without the person; the nearest has a cosine of ${nearest.cosine.toFixed(3)}, rate ${nearest.falseAcceptRate.toFixed(4)}`,
    },
    {
      claim: 'the same person is accepted at that threshold in other photographs',
      answer: accepted(photos) === photos.length ? 'yes' : 'no',
      because: `${accepted(photos)} of ${photos.length} judgements on photographs, ${accepted(same)} of ${same.length} with frames of videos`,
    },
    {
      claim: 'promised false-accept rates hold for people the calibration never saw, as far down as the pairs reach',
      answer: RATES.every((rate, index) => {
        const share = different.filter(({ cosine, thresholds }) => cosine >= thresholds[index]!).length / different.length;
        return share <= rate;
      })
        ? 'yes'
        : 'no',
      because: RATES.map((rate, index) => {
        const hits = different.filter(({ cosine, thresholds }) => cosine >= thresholds[index]!).length;
        return `${rate}: ${hits} of ${different.length}`;
      }).join('; '),
    },
    {
      claim: 'equal error rate below 0.01',
      answer: bound < 0.01 ? 'yes' : whole.eer.low >= 0.01 ? 'no' : 'not separable',
      because: `${whole.eer.estimate.toFixed(4)} [${whole.eer.low.toFixed(4)}, ${whole.eer.high.toFixed(4)}], AUC ${whole.auc.estimate.toFixed(4)}, 95 % bootstrap over ${whole.identities} people; ${
        whole.eer.high > 0
          ? 'few people are in two pictures'
          : `no error among ${samePeople} people in two pictures or more, and a bootstrap of no errors has no width: up to ${bound.toFixed(2)} fits (1 - 0.05^(1/${samePeople}))`
      }`,
    },
    {
      claim: 'similarities can be read as shares: expected calibration error below 0.05',
      answer: ece < 0.05 ? 'yes' : 'no',
      because: `${ece.toFixed(3)} over ${heldOut.length} judgements without the person; the kinds are not equally many, and nearly all similarities lie near 0 or 1`,
    },
    {
      claim: 'an impostor finds nobody in a gallery of one person, on every pair tried, by the default limits of a search',
      answer: alone.named.length === 0 ? 'yes' : 'no',
      because: `${alone.named.length} of ${alone.impostors} searches named somebody${alone.named.length > 0 ? ` (${alone.named.slice(0, 5).join(', ')})` : ''}; ${alone.right} of ${alone.same} found the same person in another picture; by the shipped calibration, which has seen these people`,
    },
    {
      claim: `strangers find nobody in a gallery of ${search.enrolled}`,
      answer: search.named.length === 0 ? 'yes' : 'no',
      because: `${search.named.length} of ${search.strangers} strangers named${search.named.length > 0 ? ` (${search.named.join(', ')})` : ''}; ${search.right} of ${search.known} other pictures of the enrolled named rightly`,
    },
  ];
}

/** How many people there are of whom a pair of pictures was tried. */
function inSeveralPictures({ labels, identities }: KnownPairs): number {
  return new Set(identities.flatMap(([a], pair) => (labels[pair] === 1 ? a : []))).size;
}

function notes(pairs: KnownPairs, whole: Verification): readonly string[] {
  const { identities } = pairs;
  return [
    ...SAMPLE_SOURCES.map((source) => `Data: ${source}.`),
    `${whole.pairs.different} pairs of different people and ${whole.pairs.same} of the same person, ${new Set(identities.flat()).size} people; only ${inSeveralPictures(pairs)} of them are in more than one picture, two of these in video, whose frames are easy.`,
    'Every pair is judged once for each of its people, by a calibration fitted without any picture of that person.',
    'The network is not trained here: seeds only draw the bootstrap. Its training data are unknown and may hold people of these pictures.',
    'These are few people. Error rates by age, skin colour or sex are not measured; assume that they differ.',
  ];
}

function one(value: number): Row['measures'][string] {
  return { mean: value, sd: 0, values: [value] };
}
