import { type ExplainableModel, type Objective, VerilensError } from '@verilens/core';
import { PLACE } from './config.ts';

/** The two classes a neighbour is sorted into: the answer is kept, or it has shifted. */
export interface Relabelling {
  readonly kind: 'class' | 'value';
  kept(scores: ArrayLike<number>, value: number): boolean;
  /** How surely it is kept: the teacher's logit of the class "kept". */
  logit(scores: ArrayLike<number>, value: number): number;
}

/** Smaller probabilities are taken as this one. */
const LEAST = 1e-12;

/**
 * The paper's re-labelling: a neighbour keeps its label when the model's most likely class is still the explained one (with
 * `against`: when it is likelier than that); its soft label is that class's probability.
 */
export function classLabels(model: ExplainableModel, objective: Objective): Relabelling {
  const { wanted, against } = places(model, objective);
  return {
    kind: 'class',
    kept: (scores) =>
      against === undefined
        ? Array.from({ length: scores.length }, (_, k) => scores[k]!).every((score) => score <= scores[wanted]!)
        : scores[wanted]! >= scores[against]!,
    logit(scores) {
      // the sum of the others, not 1 - p: near 1 a float32 has no digits left, and a sure teacher would teach nothing
      let others = 0;
      for (let k = 0; k < scores.length; k++) if (against === undefined ? k !== wanted : k === against) others += scores[k]!;
      return Math.log(Math.max(LEAST, scores[wanted]!)) - Math.log(Math.max(LEAST, others));
    },
  };
}

/**
 * For what has no classes (a detector's score, the likeness of two embeddings, any function): kept when the objective stays above
 * the middle between its value on the picture and on the baseline, where nothing is left of the picture.
 */
export function valueLabels(value: number, empty: number): Relabelling {
  const boundary = (value + empty) / 2;
  const unit = Math.max(Math.abs(value - empty) / 4, 1e-9);
  return { kind: 'value', kept: (_, found) => found >= boundary, logit: (_, found) => (found - boundary) / unit };
}

/** Whether scores are probabilities of classes of which one is right. */
export function areProbabilities(scores: ArrayLike<number>): boolean {
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    if (scores[k]! < 0) return false;
    sum += scores[k]!;
  }
  return scores.length > 1 && Math.abs(sum - 1) < 1e-3;
}

export function namesClass(objective: Objective): boolean {
  return !('value' in objective);
}

function places(
  { outputs, name }: ExplainableModel,
  objective: Objective,
): { readonly wanted: number; readonly against: number | undefined } {
  if ('class' in objective) return { wanted: objective.class, against: objective.against };
  if ('score' in objective)
    return {
      wanted: outputs.indexOf(objective.score),
      against: objective.against === undefined ? undefined : outputs.indexOf(objective.against),
    };
  throw new VerilensError('BAD_OPTION', 'a function of the scores names no class', {
    place: PLACE,
    expected: 'an objective { class } or { score }',
    got: `"${objective.name}" for ${name}`,
    remedy: 'Leave `labels` out, or set it to "value".',
  });
}
