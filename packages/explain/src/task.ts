import {
  checkObjective,
  type ExplainableModel,
  type ExplainOptions,
  type Image,
  isLinear,
  type LayerFeatures,
  type Objective,
  objectiveSlope,
  objectiveValue,
  Tensor,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';
import { checkImage, toTensor } from '@verilens/vision';
import { baselineImage, GREY, resizeTo } from './prepare.ts';

const DEFAULT_MEMORY = 256 * 2 ** 20;
/** Pictures in one run at most: larger batches are no faster. */
const MAX_BATCH = 64;
/** Memory of one picture while a model runs, where it does not say: this many times its own 4 bytes a pixel. About what a ResNet holds. */
const ACTIVATIONS = 64;

/** Picture `index` of a run; one after the other or in a promise, where making it needs a model of its own. */
export type MakePicture = (index: number) => Image | Promise<Image>;

/** One explanation in the making: the picture at the model's size, and the model asked in portions that fit the memory. */
export interface ExplainTask {
  readonly model: ExplainableModel;
  readonly objective: Objective;
  readonly image: Image;
  /** What stands for "nothing there", of the picture's size. */
  readonly baseline: Image;
  readonly seed: number;
  /** For models of the method's own; those of the task heed it already. */
  readonly signal: AbortSignal | undefined;
  /** Pictures judged so far. */
  runs(): number;
  /**
   * The objective's value for `count` pictures. Each is made when its portion is run and forgotten after it.
   * @throws VerilensError NOT_FINITE, ABORTED
   */
  values(count: number, make: MakePicture, onProgress?: (fraction: number) => void): Promise<Float64Array>;
  /** The model's scores for `count` pictures, for methods that look at more than the objective. Pictures and errors as in `values`. */
  scores(count: number, make: MakePicture, onProgress?: (fraction: number) => void): Promise<readonly Float32Array[]>;
  /** The objective's value of each row of scores. @throws VerilensError NOT_FINITE */
  valuesOf(rows: readonly Float32Array[]): Float64Array;
  /**
   * Value and derivative by the pixels for `count` pictures that need not be 8-bit.
   * @param write puts picture `index` into a buffer, [3, H, W], RGB 0..1
   * @param visit is shown each picture's value and gradient, [3, H, W]; the buffer is used again
   * @throws VerilensError UNSUPPORTED when the model has no gradients, NOT_FINITE, ABORTED
   */
  gradients(
    count: number,
    write: (index: number, into: Float32Array) => void,
    visit: (index: number, value: number, gradient: Float32Array) => void,
    onProgress?: (fraction: number) => void,
  ): Promise<void>;
  /** @throws VerilensError UNSUPPORTED when the model shows no layers, UNKNOWN_NAME for a layer it lacks, NOT_FINITE, ABORTED */
  features(layer?: string): Promise<LayerFeatures>;
}

/** @throws VerilensError BAD_INPUT, BAD_OPTION, UNKNOWN_NAME */
export function openTask(
  model: ExplainableModel,
  picture: Image,
  objective: Objective,
  options: ExplainOptions,
  place: string,
): ExplainTask {
  checkImage(picture, place);
  checkObjective(objective, model);
  const { seed = 0, memoryBytes = DEFAULT_MEMORY, signal } = options;
  if (!(Number.isSafeInteger(seed) && memoryBytes > 0))
    throw new VerilensError('BAD_OPTION', 'a whole seed and a positive memory bound are needed', {
      place,
      got: `seed ${seed}, memoryBytes ${memoryBytes}`,
    });
  const image = resizeTo(picture, model.size?.width ?? picture.width, model.size?.height ?? picture.height);
  const baseline = baselineImage(options.baseline ?? GREY, image, place);
  const pixels = image.width * image.height;
  const fitting = (copies: number): number =>
    Math.max(1, Math.min(MAX_BATCH, Math.floor(memoryBytes / (copies * (model.bytesPerImage ?? pixels * 4 * ACTIVATIONS)))));
  let runs = 0;

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    throwIfAborted(signal, place);
    try {
      return await work();
    } catch (error) {
      throwIfAborted(signal, place);
      throw error;
    }
  };
  const checkRows = (rows: readonly Float32Array[], count: number): readonly Float32Array[] => {
    runs += count;
    if (rows.length !== count || rows.some((row) => row.length !== model.outputs.length))
      throw new VerilensError('BAD_MODEL', 'the model does not give one row of scores per picture', {
        place: model.name,
        expected: `${count} rows of ${model.outputs.length}`,
        got: `${rows.length} rows of ${rows.map((row) => row.length).join(', ')}`,
      });
    for (const row of rows) {
      const wrong = row.findIndex((score) => !Number.isFinite(score));
      if (wrong === -1) continue;
      throw new VerilensError('NOT_FINITE', `the model gives ${row[wrong]} for "${model.outputs[wrong]}"`, {
        place: model.name,
        expected: 'finite scores',
        remedy: 'Check how pictures are prepared for it (divide, mean, std) and the file itself.',
      });
    }
    return rows;
  };

  const scores: ExplainTask['scores'] = async (count, make, onProgress) => {
    const found: Float32Array[] = [];
    const batch = fitting(1);
    for (let from = 0; from < count; from += batch) {
      const size = Math.min(batch, count - from);
      const rows = await guarded(async () =>
        model.score(await Promise.all(Array.from({ length: size }, (_, k) => make(from + k))), { signal }),
      );
      found.push(...checkRows(rows, size));
      onProgress?.((from + size) / count);
    }
    return found;
  };
  const valuesOf = (rows: readonly Float32Array[]): Float64Array => Float64Array.from(rows, (row) => objectiveValue(objective, model, row));

  return {
    model,
    objective,
    image,
    baseline,
    seed,
    signal,
    runs: () => runs,
    scores,
    valuesOf,
    values: async (count, make, onProgress) => valuesOf(await scores(count, make, onProgress)),
    async gradients(count, write, visit, onProgress) {
      const { gradient: ask } = model;
      if (ask === undefined) throw hidden(model, 'gradients', place);
      const batch = fitting(3);
      for (let from = 0; from < count; from += batch) {
        const size = Math.min(batch, count - from);
        const data = new Float32Array(size * 3 * pixels);
        for (let k = 0; k < size; k++) write(from + k, data.subarray(k * 3 * pixels, (k + 1) * 3 * pixels));
        const tensor = new Tensor('float32', data, [size, 3, image.height, image.width]);
        const weights = await slopes(tensor, size);
        const { scores, gradient } = await guarded(() => ask.call(model, tensor, weights, { signal }));
        const rows = checkRows(scores, size);
        const slope = finiteData(gradient, tensor.dims, model, 'gradient');
        for (let k = 0; k < size; k++)
          visit(from + k, objectiveValue(objective, model, rows[k]!), slope.subarray(k * 3 * pixels, (k + 1) * 3 * pixels));
        onProgress?.((from + size) / count);
      }
    },
    async features(layer) {
      const { features: ask } = model;
      if (ask === undefined) throw hidden(model, 'layers', place);
      const tensor = new Tensor('float32', toTensor(image, new Float32Array(3 * pixels)), [1, 3, image.height, image.width]);
      const weights = isLinear(objective)
        ? [objectiveSlope(objective, model, [])]
        : checkRows(await guarded(() => model.score([image], { signal })), 1).map((row) => objectiveSlope(objective, model, row));
      const found = await guarded(() => ask.call(model, tensor, weights, { layer, signal }));
      checkRows(found.scores, 1);
      finiteData(found.activation, found.activation.dims, model, `layer "${found.layer}"`);
      finiteData(found.gradient, found.activation.dims, model, `gradient at layer "${found.layer}"`);
      return found;
    },
  };

  /** One row of weights per picture. An objective that bends needs the scores first. */
  async function slopes(tensor: Tensor, size: number): Promise<readonly Float32Array[]> {
    if (isLinear(objective)) return new Array<Float32Array>(size).fill(objectiveSlope(objective, model, []));
    const scores = await guarded(async () => {
      if (model.scorePixels !== undefined) return model.scorePixels(tensor, { signal });
      const nothing = new Array<Float32Array>(size).fill(new Float32Array(model.outputs.length));
      return (await model.gradient!(tensor, nothing, { signal })).scores;
    });
    return checkRows(scores, size).map((row) => objectiveSlope(objective, model, row));
  }
}

function hidden(model: ExplainableModel, what: 'gradients' | 'layers', place: string): VerilensError {
  return new VerilensError('UNSUPPORTED', `the model "${model.name}" shows no ${what}`, {
    place,
    expected: what === 'gradients' ? 'a model with `gradient`' : 'a model with `features`',
    remedy: 'Use a method that needs scores only: occlusion, rise, lime.',
  });
}

function finiteData(tensor: Tensor, dims: readonly number[], model: ExplainableModel, what: string): Float32Array {
  const { data } = tensor;
  if (!(data instanceof Float32Array) || tensor.dims.join() !== dims.join())
    throw new VerilensError('BAD_SHAPE', `the ${what} has another shape`, {
      place: model.name,
      expected: `float32[${dims.join(', ')}]`,
      got: `${tensor.type}[${tensor.dims.join(', ')}]`,
    });
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1) return data;
  throw new VerilensError('NOT_FINITE', `the ${what} is not finite`, { place: model.name, got: `${data[wrong]} at ${wrong}` });
}
