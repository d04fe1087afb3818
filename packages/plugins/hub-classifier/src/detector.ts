import {
  throwIfAborted,
  VerilensError,
  type DetectionResult,
  type DetectionStatus,
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

export interface Thresholds {
  readonly manipulatedAt: number;
  readonly authenticBelow: number;
}

/** @param judge undefined when no model was named: then nothing is judged, and that is said */
export function createDetector(judge: Judge | undefined, { manipulatedAt, authenticBelow }: Thresholds, device: Device): Detector {
  let disposed = false;
  const alive = (): void => {
    if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: PLACE });
  };
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await judge?.classifier.dispose();
  };
  return {
    name: NAME,
    demand: { kind: 'image' },
    async warmup() {
      alive();
      await judge?.classifier.classify(createImage(64, 64, [128, 128, 128]));
    },
    async detect(input: DetectorInput, options: DetectOptions = {}): Promise<DetectionResult> {
      alive();
      const started = performance.now();
      const { threshold = manipulatedAt, signal } = options;
      throwIfAborted(signal, PLACE);
      if (!(threshold >= 0 && threshold <= 1))
        throw new VerilensError('BAD_OPTION', 'threshold cannot be used', {
          place: PLACE,
          expected: 'a number from 0 to 1',
          got: String(threshold),
        });
      if (input.kind !== 'image')
        throw new VerilensError('BAD_INPUT', 'input of another kind', { place: PLACE, expected: 'image', got: input.kind });
      checkImage(input.image, PLACE);
      const rest = { threshold, segments: [], regions: [], evidence: [], device };
      if (judge === undefined) {
        const reason = 'no model was named: pass hubClassifier({ folder }), or --model on the command line';
        const model = { name: NAME, evidence: 'spatial', score: null, threshold, status: 'NOT_APPLICABLE', reason } as const;
        return { ...rest, status: 'NOT_APPLICABLE', score: null, models: [model], reason, durationMs: performance.now() - started };
      }
      const { classifier, generated } = judge;
      const ranked = await classifier.classify(input.image, { top: classifier.labels.length, signal });
      // labels of a sigmoid model do not add up to 1: the strongest of them counts then
      const chances = ranked.filter(({ label }) => generated.has(label)).map(({ score }) => score);
      const independent = classifier.model.shape.activation === 'sigmoid';
      const score = Math.min(1, independent ? Math.max(...chances) : chances.reduce((sum, chance) => sum + chance, 0));
      const status: DetectionStatus =
        score >= threshold ? 'MANIPULATED' : score < Math.min(authenticBelow, threshold) ? 'AUTHENTIC' : 'INCONCLUSIVE';
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
        durationMs: performance.now() - started,
      };
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
