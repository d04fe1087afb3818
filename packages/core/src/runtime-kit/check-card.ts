import { VerilensError } from '../errors.ts';
import type { ModelCard } from '../model-card.ts';
import type { TensorSpec } from '../runtime.ts';
import { specText } from './engine.ts';

/** A card may fix a dimension the model leaves free; it may not free one the model fixes. */
function agrees(card: TensorSpec, model: TensorSpec): boolean {
  return (
    card.dtype === model.dtype &&
    card.shape.length === model.shape.length &&
    card.shape.every((dim, axis) => typeof model.shape[axis] === 'string' || dim === model.shape[axis])
  );
}

function checkSide(side: 'input' | 'output', card: readonly TensorSpec[], model: readonly TensorSpec[], place: string): void {
  const names = (specs: readonly TensorSpec[]): string =>
    specs
      .map((spec) => spec.name)
      .sort()
      .join(', ');
  if (names(card) !== names(model)) {
    throw new VerilensError('BAD_MODEL', `the model's ${side}s are not those of its card`, {
      place,
      expected: names(card),
      got: names(model),
    });
  }
  for (const spec of card) {
    const found = model.find((other) => other.name === spec.name) as TensorSpec;
    if (!agrees(spec, found))
      throw new VerilensError('BAD_MODEL', `${side} "${spec.name}" is not as the card says`, {
        place,
        expected: specText(spec),
        got: specText(found),
      });
  }
}

/**
 * Compares inputs and outputs of a loaded model with its card.
 * @throws VerilensError BAD_MODEL
 */
export function checkCard(card: ModelCard, inputs: readonly TensorSpec[], outputs: readonly TensorSpec[], place: string): void {
  checkSide('input', card.inputs, inputs, place);
  checkSide('output', card.outputs, outputs, place);
}
