/** Detector: any image classifier in the folder layout of the model hub whose labels tell real pictures from others. README: use and limits. */
import { VerilensError, type Plugin } from '@verilens/core';
import { createDetector } from './detector.ts';

export interface HubClassifierDetectorOptions {
  /**
   * The model's folder: `config.json`, `preprocessor_config.json`, `onnx/model.onnx`. `downloadHubModel` of `@verilens/hub/node` fetches
   * one by name. Without it the detector applies to nothing and says so.
   */
  readonly folder?: string | URL;
  /** The model's, for verdicts and errors. Default: the last part of its folder. */
  readonly name?: string;
  /** Labels that mean generated or manipulated. Default: told from their names. */
  readonly generated?: readonly string[];
  /** Score from which on the verdict is MANIPULATED. Default 0.5: what such models are trained for, calibrated on nothing here. */
  readonly manipulatedAt?: number;
  /** Score below which it is AUTHENTIC. Default 0.2. */
  readonly authenticBelow?: number;
  /** Which file below `onnx/`, e.g. `q8`. Default `fp32`. */
  readonly weights?: string;
}

/**
 * @example
 * const engine = await createEngine({ runtime: await native(), plugins: [hubClassifier({ folder: 'models/ai-image-detector' })], services: [media()] });
 * const { status, score } = await engine.detect('photo.jpg');
 */
export function hubClassifier(options: HubClassifierDetectorOptions = {}): Plugin<'detector'> {
  const { manipulatedAt = 0.5, authenticBelow = 0.2, folder } = options;
  return {
    name: 'hub-classifier',
    role: 'detector',
    apiVersion: 1,
    async create({ runtime, signal }) {
      if (!(authenticBelow >= 0 && authenticBelow <= manipulatedAt && manipulatedAt <= 1))
        throw new VerilensError('BAD_OPTION', 'thresholds cannot be used', {
          place: 'plugin hub-classifier',
          expected: '0 <= authenticBelow <= manipulatedAt <= 1',
          got: `${authenticBelow} and ${manipulatedAt}`,
        });
      const thresholds = { manipulatedAt, authenticBelow };
      if (folder === undefined) return createDetector(undefined, thresholds, runtime.device);
      const { openHubClassifier } = await import('@verilens/hub');
      const classifier = await openHubClassifier(folder, { runtime, weights: options.weights, name: options.name, signal });
      try {
        const { positiveLabels } = await import('./labels.ts');
        const generated = positiveLabels(classifier.labels, options.generated, `plugin hub-classifier, ${classifier.name}`);
        return createDetector({ classifier, generated }, thresholds, runtime.device);
      } catch (error) {
        await classifier.dispose();
        throw error;
      }
    },
  };
}
