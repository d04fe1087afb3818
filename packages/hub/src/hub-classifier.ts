import { type CallOptions, type Image, type RankedLabel, type Runtime, VerilensError } from '@verilens/core';
import { type OnnxModel, openOnnxModel } from '@verilens/explain';
import { inFolder, readHubFolder } from './hub-folder.ts';
import { prepare, preparedSize } from './preparation.ts';

/** Variants of the weights, by the names that the hub's libraries give their files. */
export const WEIGHTS: Readonly<Record<string, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

export interface HubClassifierOptions extends CallOptions {
  readonly runtime: Runtime;
  /** Which file below `onnx/`. Default `fp32`: `onnx/model.onnx`. */
  readonly weights?: string;
  /** Used in errors and reports. Default: the folder's name. */
  readonly name?: string;
  /** The output with the logits, where the file has several. */
  readonly output?: string;
  /** Side of the pictures, where neither the files nor the network fix it. */
  readonly side?: number;
}

/** An image classifier of a hub folder. Owns its sessions. */
export interface HubClassifier extends AsyncDisposable {
  readonly name: string;
  readonly labels: readonly string[];
  /** e.g. `vit` */
  readonly kind: string;
  /** For explainers. Its scores are probabilities; give it what `view` makes. */
  readonly model: OnnxModel;
  /** The part of a picture that the network looks at, at its size. */
  view(image: Image): Image;
  /** Probabilities, best first. @param options.top how many, default 5 */
  classify(image: Image, options?: CallOptions & { readonly top?: number }): Promise<readonly RankedLabel[]>;
  dispose(): Promise<void>;
}

/**
 * Opens an image classifier in the folder layout of the model hub, the one @huggingface/transformers reads too: `config.json`,
 * `preprocessor_config.json` and `onnx/model.onnx`. Nothing is downloaded: see `downloadHubModel` of `@verilens/hub/node`.
 * @param folder a path, or an address that the runtime can read
 * @throws VerilensError NOT_FOUND, BAD_MODEL, BAD_OPTION, UNSUPPORTED, ABORTED
 * @example
 * await using classifier = await openHubClassifier('models/vit-tiny', { runtime });
 * const labels = await classifier.classify(image);
 * const { saliency } = await explainer.explain(classifier.model, classifier.view(image), { score: labels[0]!.label });
 */
export async function openHubClassifier(folder: string | URL, options: HubClassifierOptions): Promise<HubClassifier> {
  const { runtime, weights = 'fp32', signal, output } = options;
  const name =
    options.name ??
    String(folder)
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ??
    'hub model';
  const ending = WEIGHTS[weights];
  if (ending === undefined)
    throw new VerilensError('BAD_OPTION', 'no such weights', { place: name, expected: Object.keys(WEIGHTS).join(', '), got: weights });
  const { labels, activation, kind, preparation } = await readHubFolder(folder, runtime, signal);
  const size = preparedSize(preparation) ?? (options.side === undefined ? undefined : { width: options.side, height: options.side });
  const model = await openOnnxModel(inFolder(folder, `onnx/model${ending}.onnx`), {
    runtime,
    name,
    signal,
    description: {
      labels,
      activation,
      divide: preparation.divide,
      mean: preparation.mean,
      std: preparation.std,
      ...size,
      ...(output === undefined ? {} : { output }),
    },
  });
  const view = (image: Image): Image => prepare(image, preparation);
  return {
    name,
    labels,
    kind,
    model,
    view,
    async classify(image, { top = 5, signal: stop } = {}) {
      const [row] = await model.score([view(image)], { signal: stop });
      const wrong = row!.findIndex((score) => !Number.isFinite(score));
      if (wrong >= 0)
        throw new VerilensError('NOT_FINITE', `the model gives ${row![wrong]} for "${labels[wrong]}"`, {
          place: name,
          expected: 'finite scores',
        });
      return labels
        .map((label, k) => ({ label, score: row![k]! }))
        .sort((a, b) => b.score - a.score)
        .slice(0, top);
    },
    dispose: () => model.dispose(),
    [Symbol.asyncDispose]: () => model.dispose(),
  };
}
