import { type SimilarityCalibration, VerilensError } from '@verilens/core';
import { fitPlatt } from './calibration.ts';
import { checkEqualLength, checkLabelled, type Labels, type Scores } from './check.ts';

export interface FitSimilarityOptions {
  readonly model: string;
  /** Each source of pairs, in words. */
  readonly data: readonly string[];
  readonly command: string;
  /** The two identities of each pair. */
  readonly identities: readonly (readonly [string, string])[];
}

/** Pairs of different people needed, so that a tenth of them is a tail. */
const LEAST_DIFFERENT = 50;
const KNOTS = 40;

/**
 * Fits what cosines of a recognizer mean, to pairs of known identity.
 *
 * - Similarity: Platt scaling. Both kinds of pairs weigh alike, and so does each person among those of one person: a long
 *   video would otherwise drown the photographs.
 * - False-accept rate: conservative shares (k + 1) / (n + 1) of pairs of different people up to their highest tenth;
 *   above it an exponential tail through that tenth. The tail's mean excess is raised by 1.28 standard errors, and an
 *   exponential falls slower than the nearly normal cosines of embeddings do: it errs towards too high a rate.
 *
 * @param cosines -1..1
 * @param labels 1: one person.
 * @throws VerilensError BAD_INPUT for fewer than 50 pairs of different people or no pair of one person, NOT_FINITE
 */
export function fitSimilarity(cosines: Scores, labels: Labels, options: FitSimilarityOptions): SimilarityCalibration {
  const place = 'fitSimilarity';
  const clean = checkLabelled(cosines, labels, place);
  checkEqualLength(options.identities.length, cosines.length, place, 'two identities per pair');
  const impostors = clean.scores.filter((_, pair) => clean.labels[pair] === 0).sort();
  if (impostors.length < LEAST_DIFFERENT) {
    throw new VerilensError('BAD_INPUT', 'too few pairs of different people', {
      place,
      expected: `at least ${LEAST_DIFFERENT}`,
      got: String(impostors.length),
      remedy: 'Add people: eleven with one picture each make 55 pairs.',
    });
  }
  const pairsOf = new Map<string, number>();
  for (const [pair, [person]] of options.identities.entries()) {
    if (clean.labels[pair] === 1) pairsOf.set(person, (pairsOf.get(person) ?? 0) + 1);
  }
  const weights = options.identities.map(([person], pair) =>
    clean.labels[pair] === 1 ? 1 / (pairsOf.size * pairsOf.get(person)!) : 1 / impostors.length,
  );
  const { scale, offset } = fitPlatt(clean.scores, clean.labels, { weights });
  const count = impostors.length;
  const shareFrom = (place: number): number => (count - place + 1) / (count + 1);
  const beyond = Math.ceil(count / 10);
  const from = impostors[count - beyond]!;
  const excesses = impostors.subarray(count - beyond).map((score) => score - from);
  const excess = Math.max(1e-3, (excesses.reduce((sum, value) => sum + value, 0) / beyond) * (1 + 1.28 / Math.sqrt(beyond)));
  const places = [...new Set(Array.from({ length: KNOTS }, (_, knot) => Math.round((knot * (count - beyond)) / (KNOTS - 1))))];
  return {
    format: 'verilens-similarity/1',
    model: options.model,
    data: options.data,
    command: options.command,
    pairs: { same: clean.positives, different: clean.negatives },
    identities: new Set(options.identities.flat()).size,
    scale: rounded(scale),
    offset: rounded(offset),
    impostors: places.map((at) => [rounded(impostors[at]!), rounded(shareFrom(at))]),
    tail: { from: rounded(from), rate: rounded(shareFrom(count - beyond)), excess: rounded(excess) },
    measuredDownTo: 1 / (count + 1),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
