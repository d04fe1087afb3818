import {
  type ExplainableModel,
  type ExplainMethod,
  type ExplainOptions,
  type Explanation,
  type Fidelity,
  type Image,
  type Objective,
  type RunInfo,
  VerilensError,
} from '@verilens/core';
import { deletionInsertion, fidelityOf } from '@verilens/metrics';
import { baselineImage, GREY } from './prepare.ts';
import { type ExplainTask, openTask } from './task.ts';

/** A map before it is scaled, and the method's own figures. */
export interface RawMap {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  readonly figures?: Readonly<Record<string, number>>;
}

/** A way to make a map. `progress` takes 0..1 of the method's own part. */
export interface SaliencyMethod extends ExplainMethod {
  run(task: ExplainTask, progress: (fraction: number) => void): Promise<RawMap>;
}

export interface ExplainRequest {
  readonly model: ExplainableModel;
  readonly image: Image;
  readonly objective: Objective;
  readonly options: ExplainOptions;
  /** Who explains, for errors. */
  readonly place: string;
}

/**
 * What every explainer does around its method: the picture brought to the model, the method run, the map scaled, its fidelity
 * measured.
 * @throws VerilensError as `Explainer.explain`
 */
export async function explainWith(method: SaliencyMethod, request: ExplainRequest): Promise<Omit<Explanation, keyof RunInfo>> {
  const { options, objective, place } = request;
  const task = openTask(request.model, request.image, objective, options, place);
  const share = options.fidelity === false ? 1 : 0.8;
  const report = (fraction: number): void => options.onProgress?.(Math.min(1, fraction));
  const [value] = await task.values(1, () => task.image);
  const raw = await method.run(task, (fraction) => report(share * fraction));
  const saliency = { rows: raw.rows, columns: raw.columns, values: scaled(raw.values, place) };
  const baseline = options.baseline ?? GREY;
  let fidelity: Fidelity | undefined;
  if (options.fidelity !== false) {
    const { fill = baseline, steps, cells } = typeof options.fidelity === 'object' ? options.fidelity : {};
    const halves = { done: 0 };
    const measured = await deletionInsertion({
      image: task.image,
      fill: baselineImage(fill, task.image, place),
      map: saliency,
      values: async (count, make) => {
        const before = halves.done;
        halves.done += 0.5;
        return task.values(count, make, (fraction) => report(share + (1 - share) * (before + fraction / 2)));
      },
      steps,
      cells,
      seed: task.seed,
    });
    fidelity = fidelityOf(measured, fill);
  }
  report(1);
  return {
    method: method.name,
    objective,
    saliency,
    ...(fidelity === undefined ? {} : { fidelity }),
    baseline,
    value: value!,
    modelRuns: task.runs(),
    figures: raw.figures ?? {},
  };
}

/** The largest magnitude becomes 1. */
function scaled(values: ArrayLike<number>, place: string): Float32Array {
  let peak = 0;
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index]))
      throw new VerilensError('NOT_FINITE', 'the map is not finite', { place, got: `${values[index]} at ${index}` });
    peak = Math.max(peak, Math.abs(values[index]!));
  }
  return Float32Array.from(values, (value) => (peak > 0 ? value / peak : 0));
}
