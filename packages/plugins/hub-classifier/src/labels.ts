import { didYouMean, VerilensError } from '@verilens/core';

/** Words that public detectors of generated and manipulated pictures call their positive class by. */
const POSITIVE = /\b(fake|deepfake|ai|aigc|generated|synthetic|artificial|manipulated|machine|sd|diffusion|gan)\b/;
const NEGATIVE = /\b(real|realism|human|authentic|natural|nature|genuine|hum|photo|not)\b/;

/**
 * Which labels mean "made or changed". Told from their names when they are not given: exactly those that say so, if the others say the
 * opposite.
 * @throws VerilensError UNKNOWN_NAME for a label the model does not have, BAD_OPTION when names do not tell
 */
export function positiveLabels(labels: readonly string[], wanted: readonly string[] | undefined, place: string): ReadonlySet<string> {
  if (wanted !== undefined) {
    const unknown = wanted.find((label) => !labels.includes(label));
    if (unknown !== undefined)
      throw new VerilensError('UNKNOWN_NAME', `the model has no label "${unknown}"`, {
        place,
        expected: labels.slice(0, 12).join(', '),
        got: unknown,
        remedy: didYouMean(unknown, labels),
      });
    if (wanted.length > 0 && wanted.length < labels.length) return new Set(wanted);
  } else {
    const words = labels.map((label) => label.toLowerCase().replaceAll(/[^a-z]+/g, ' '));
    const positive = labels.filter((_, i) => POSITIVE.test(words[i]!) && !NEGATIVE.test(words[i]!));
    const negative = labels.filter((_, i) => NEGATIVE.test(words[i]!));
    if (positive.length > 0 && positive.length + negative.length === labels.length && negative.length > 0) return new Set(positive);
  }
  throw new VerilensError('BAD_OPTION', 'which labels mean "generated" cannot be told', {
    place,
    expected: 'some of the labels of the model, not all',
    got: (wanted ?? labels).slice(0, 12).join(', '),
    remedy: 'Name them: hubClassifier({ folder, generated: ["..."] }).',
  });
}
