import { VerilensError } from '@verilens/core';
import { checkEqualLength } from './check.ts';

/** What one learning session left behind: right answers on the test pictures of each session so far. */
export interface SessionOutcome {
  /** `correct[s]`: of session s, 0 being the base; as long as the number of sessions learned so far. */
  readonly correct: readonly number[];
  /** `count[s]`: test pictures of session s, above 0. */
  readonly count: readonly number[];
}

/**
 * Counts the answers given after a session.
 *
 * @param sessionOf In which session each label was learned, from 0.
 * @throws VerilensError BAD_INPUT for unequal lengths, a label of no session, or a session without pictures
 */
export function sessionOutcome<L extends string | number>(
  predicted: readonly L[],
  actual: readonly L[],
  sessionOf: (label: L) => number | undefined,
): SessionOutcome {
  const place = 'sessionOutcome';
  checkEqualLength(predicted.length, actual.length, place, 'one answer per picture');
  const correct: number[] = [];
  const count: number[] = [];
  for (const [item, label] of actual.entries()) {
    const session = sessionOf(label);
    if (session === undefined || !Number.isInteger(session) || session < 0) {
      throw new VerilensError('BAD_INPUT', 'a label belongs to no session', { place, expected: 'a session from 0', got: String(label) });
    }
    while (count.length <= session) {
      count.push(0);
      correct.push(0);
    }
    count[session]!++;
    correct[session]! += Number(predicted[item] === label);
  }
  return checkOutcome({ correct, count }, place);
}

export interface SessionMetrics {
  /** After each session, the share of right answers over all classes seen so far. 0..1 */
  readonly accuracy: readonly number[];
  /** Mean of `accuracy` over sessions, the base counted: the field's "average accuracy". */
  readonly average: number;
  /** First accuracy less the last: the field's "performance drop" (PD). Negative when it rose. */
  readonly performanceDrop: number;
  /** Accuracy on the base classes alone, after each session. */
  readonly base: readonly number[];
  /** On the classes of all later sessions together; null after the base, when there are none. */
  readonly novel: readonly (number | null)[];
  /** Harmonic mean of `base` and `novel`: low when either is. Null after the base. */
  readonly harmonic: readonly (number | null)[];
  /**
   * After each session, how far the classes of earlier sessions fell below the best they ever were: the mean over
   * earlier sessions of max over the past - now (Chaudhry et al., ECCV 2018). Null after the base. -1..1.
   */
  readonly forgetting: readonly (number | null)[];
  /** `matrix[t][s]`: accuracy after session t on the classes of session s <= t. */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * The figures of class-incremental learning, from the outcome of each session in order.
 *
 * @throws VerilensError BAD_INPUT when there is no session or outcome t does not cover t + 1 sessions
 * @example
 * const { average, performanceDrop } = sessionMetrics([
 *   { correct: [90], count: [100] },
 *   { correct: [80, 7], count: [100, 10] },
 * ]);
 */
export function sessionMetrics(outcomes: readonly SessionOutcome[]): SessionMetrics {
  const place = 'sessionMetrics';
  if (outcomes.length === 0) throw new VerilensError('BAD_INPUT', 'there is no session', { place, expected: 'the base session at least' });
  for (const [session, outcome] of outcomes.entries()) {
    checkEqualLength(outcome.count.length, session + 1, place, `outcome ${session} covers ${session + 1} sessions`);
    checkOutcome(outcome, place);
  }
  const matrix = outcomes.map(({ correct, count }) => count.map((total, s) => correct[s]! / total));
  const accuracy = outcomes.map(({ correct, count }) => sum(correct) / sum(count));
  const base = matrix.map((row) => row[0]!);
  const novel = outcomes.map(({ correct, count }, t) => (t === 0 ? null : sum(correct.slice(1)) / sum(count.slice(1))));
  const forgetting = matrix.map((row, t) =>
    t === 0 ? null : sum(row.slice(0, t).map((now, s) => Math.max(...matrix.slice(s, t).map((past) => past[s]!)) - now)) / t,
  );
  return {
    accuracy,
    average: sum(accuracy) / accuracy.length,
    performanceDrop: accuracy[0]! - accuracy.at(-1)!,
    base,
    novel,
    harmonic: novel.map((value, t) => (value === null ? null : harmonicMean(base[t]!, value))),
    forgetting,
    matrix,
  };
}

/** 2ab / (a + b); 0 when both are 0. */
export function harmonicMean(a: number, b: number): number {
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}

/** `counts[i][j]`: pictures of `labels[i]` that were called `labels[j]`. @throws VerilensError BAD_INPUT */
export function confusionMatrix<L extends string | number>(
  predicted: readonly L[],
  actual: readonly L[],
  labels: readonly L[],
): readonly (readonly number[])[] {
  const place = 'confusionMatrix';
  checkEqualLength(predicted.length, actual.length, place, 'one answer per picture');
  const placeOf = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const [item, label] of actual.entries()) {
    const [row, column] = [placeOf.get(label), placeOf.get(predicted[item]!)];
    if (row === undefined || column === undefined) {
      const got = String(row === undefined ? label : predicted[item]);
      throw new VerilensError('BAD_INPUT', 'a label is not in the list', { place, got });
    }
    counts[row]![column]!++;
  }
  return counts;
}

function checkOutcome(outcome: SessionOutcome, place: string): SessionOutcome {
  checkEqualLength(outcome.correct.length, outcome.count.length, place, 'one count per session');
  for (const [session, count] of outcome.count.entries()) {
    const correct = outcome.correct[session]!;
    if (Number.isInteger(count) && count > 0 && Number.isInteger(correct) && correct >= 0 && correct <= count) continue;
    throw new VerilensError('BAD_INPUT', `session ${session} cannot be counted`, {
      place,
      expected: 'whole numbers, 0 <= correct <= count, at least one picture',
      got: `${correct} of ${count}`,
    });
  }
  return outcome;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
