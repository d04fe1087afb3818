import {
  checkThreshold,
  lifecycle,
  statusOf,
  VerilensError,
  type Calibration,
  type DetectionResult,
  type Detector,
  type DetectorInput,
  type DetectOptions,
  type Device,
} from '@verilens/core';
import type { HubClassifier } from '@verilens/hub';
import { checkImage, createImage } from '@verilens/vision';

const NAME = 'hub-classifier';
const PLACE = `plugin ${NAME}`;

export interface Judge {
  readonly classifier: HubClassifier;
  /** Labels whose probabilities are added up to the score. */
  readonly generated: ReadonlySet<string>;
}

export type Thresholds = Pick<Calibration, 'manipulatedAt' | 'authenticBelow'>;

/** @param judge undefined when no model was named: then nothing is judged, and that is said */
export function createDetector(judge: Judge | undefined, thresholds: Thresholds, device: Device): Detector {
  const life = lifecycle(PLACE, async () => judge?.classifier.dispose());
  return {
    name: NAME,
    demand: { kind: 'image' },
    async warmup() {
      life.begin();
      await judge?.classifier.classify(createImage(64, 64, [128, 128, 128]));
    },
    async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
      const { threshold = thresholds.manipulatedAt, signal } = options;
      const elapsed = life.begin(signal);
      checkThreshold(threshold, PLACE);
      if (input.kind !== 'image')
        throw new VerilensError('BAD_INPUT', 'input of another kind', { place: PLACE, expected: 'image', got: input.kind });
      checkImage(input.image, PLACE);
      const rest = { threshold, segments: [], regions: [], evidence: [], device };
      if (judge === undefined) {
        const reason = 'no model was named: pass hubClassifier({ folder }), or --model on the command line';
        const model = { name: NAME, evidence: 'spatial', score: null, threshold, status: 'NOT_APPLICABLE', reason } as const;
        return { ...rest, status: 'NOT_APPLICABLE', score: null, models: [model], reason, durationMs: elapsed() };
      }
      const { classifier, generated } = judge;
      const ranked = await classifier.classify(input.image, { top: classifier.labels.length, signal });
      // labels of a sigmoid model do not add up to 1: the strongest of them counts then
      const chances = ranked.filter(({ label }) => generated.has(label)).map(({ score }) => score);
      const independent = classifier.model.shape.activation === 'sigmoid';
      const score = Math.min(1, independent ? Math.max(...chances) : chances.reduce((sum, chance) => sum + chance, 0));
      const status = statusOf(thresholds, score, threshold);
      const reason =
        status === 'INCONCLUSIVE'
          ? `${classifier.name} says "${ranked[0]!.label}" with ${ranked[0]!.score.toFixed(2)}, which is not sure enough`
          : undefined;
      const name = `${NAME}/${classifier.name}`;
      return {
        ...rest,
        status,
        score,
        models: [{ name, evidence: 'spatial', score, threshold, status, reason }],
        reason,
        durationMs: elapsed(),
      };
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
}
