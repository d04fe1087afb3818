import { VerilensError } from './errors.ts';
import type { ExplainableModel, Objective, ObjectiveFunction } from './explainer.ts';
import { didYouMean } from './nearest.ts';

type Outputs = Pick<ExplainableModel, 'name' | 'outputs'>;

/**
 * The objective's value for one row of scores.
 * @throws VerilensError UNKNOWN_NAME listing the outputs there are, NOT_FINITE
 */
export function objectiveValue(objective: Objective, model: Outputs, scores: ArrayLike<number>): number {
  const value = isFunction(objective) ? objective.value(scores) : sum(linearTerms(objective, model), scores);
  if (Number.isFinite(value)) return value;
  throw new VerilensError('NOT_FINITE', `the objective "${objectiveName(objective, model)}" is not finite`, {
    place: model.name,
    got: String(value),
  });
}

/** Derivative of the objective by each score: the weights that `ExplainableModel.gradient` takes. */
export function objectiveSlope(objective: Objective, model: Outputs, scores: ArrayLike<number>): Float32Array {
  const weights = new Float32Array(model.outputs.length);
  if (!isFunction(objective)) for (const [place, factor] of linearTerms(objective, model)) weights[place]! += factor;
  else if (objective.slope !== undefined) weights.set(Array.from(objective.slope(scores)).slice(0, weights.length));
  else weights.set(centralDifferences(objective, scores));
  return weights;
}

/** Whether the slope is the same for all scores, so that it can be had without them. */
export function isLinear(objective: Objective): boolean {
  return !isFunction(objective);
}

/** The objective in a few words, e.g. `cat rather than dog`. */
export function objectiveName(objective: Objective, model: Outputs): string {
  if (isFunction(objective)) return objective.name;
  const [first, second] = linearTerms(objective, model).map(([place]) => model.outputs[place]!);
  return second === undefined ? first! : `${first} rather than ${second}`;
}

/** @throws VerilensError UNKNOWN_NAME listing the outputs there are */
export function checkObjective(objective: Objective, model: Outputs): void {
  if (!isFunction(objective)) linearTerms(objective, model);
}

function isFunction(objective: Objective): objective is ObjectiveFunction {
  return 'value' in objective;
}

type Term = readonly [place: number, factor: 1 | -1];

function linearTerms(objective: Exclude<Objective, ObjectiveFunction>, model: Outputs): readonly Term[] {
  const [wanted, against] =
    'class' in objective
      ? [byNumber(objective.class, model), objective.against === undefined ? undefined : byNumber(objective.against, model)]
      : [byName(objective.score, model), objective.against === undefined ? undefined : byName(objective.against, model)];
  return against === undefined
    ? [[wanted, 1]]
    : [
        [wanted, 1],
        [against, -1],
      ];
}

function byNumber(place: number, model: Outputs): number {
  if (Number.isInteger(place) && place >= 0 && place < model.outputs.length) return place;
  throw new VerilensError('UNKNOWN_NAME', `the model has no class ${place}`, {
    place: model.name,
    expected: `a whole number from 0 to ${model.outputs.length - 1}`,
    remedy: `There are ${listed(model)}.`,
  });
}

function byName(name: string, model: Outputs): number {
  const place = model.outputs.indexOf(name);
  if (place >= 0) return place;
  throw new VerilensError('UNKNOWN_NAME', `the model has no output "${name}"`, {
    place: model.name,
    remedy: didYouMean(name, model.outputs),
  });
}

const SHOWN = 20;

function listed({ outputs }: Outputs): string {
  const more = outputs.length > SHOWN ? ` and ${outputs.length - SHOWN} more` : '';
  return (
    outputs
      .slice(0, SHOWN)
      .map((name, place) => (name === String(place) ? name : `${place} "${name}"`))
      .join(', ') + more
  );
}

function sum(terms: readonly Term[], scores: ArrayLike<number>): number {
  return terms.reduce((total, [place, factor]) => total + factor * (scores[place] ?? NaN), 0);
}

function centralDifferences({ value }: ObjectiveFunction, scores: ArrayLike<number>): Float64Array {
  const moved = Float64Array.from(scores);
  return Float64Array.from(scores, (score, place) => {
    const step = 1e-5 * Math.max(1, Math.abs(score));
    moved[place] = score + step;
    const above = value(moved);
    moved[place] = score - step;
    const below = value(moved);
    moved[place] = score;
    return (above - below) / (2 * step);
  });
}
