import { Tensor, type Runtime, type Session, type TensorMap } from '@verilens/core';
import { sizeOf } from '../sym.ts';
import type { StepResult } from './step-result.ts';
import type { TrainingStep } from './training-step.ts';

/** A training step on a runtime. */
export interface StepSession {
  /** Whether several steps can be done in one run. */
  readonly loops: boolean;
  /** Does a step for each of `own`: inputs, draws and scalars. Gives a result for each step begun, the last one perhaps not finite. */
  run(state: TensorMap, own: readonly TensorMap[]): Promise<{ readonly results: readonly StepResult[]; readonly next: TensorMap }>;
  dispose(): Promise<void>;
}

/**
 * Loads a step. The graph of one step is used until a run of several is asked for, then the loop in its place: a loop of one turn
 * costs small networks a fifth more, and both together would hold the memory of their intermediate results twice.
 */
export async function loadStep(step: TrainingStep, runtime: Runtime, name: string): Promise<StepSession> {
  const loops = hasLoops(step, runtime);
  let looped = false;
  let session: Promise<Session> = runtime.load(step.onnx, { name });
  await session;
  return {
    loops,
    async run(state, own) {
      if (own.length > 1 && !looped) {
        looped = true;
        session = session.then((single) => single.dispose()).then(() => runtime.load(step.loop!(), { name: `${name}, several` }));
      }
      const outputs = await (await session).run({ ...state, ...(looped ? stacked(own) : own[0]) });
      const values = (output: string): Float32Array => outputs[output]!.data as Float32Array;
      const metrics = step.metrics.map((metric) => [metric, values(`metric.${metric}`)] as const);
      return {
        results: Array.from(values('loss'), (loss, i) => ({
          loss,
          metrics: Object.fromEntries(metrics.map(([metric, each]) => [metric, each[i]!])),
        })),
        next: Object.fromEntries(step.state.map(({ input, output }) => [input, output === undefined ? state[input]! : outputs[output]!])),
      };
    },
    dispose: () =>
      session.then(
        (own) => own.dispose(),
        () => undefined,
      ),
  };
}

/** ONNX Runtime runs loops on processors. */
function hasLoops(step: TrainingStep, runtime: Runtime): boolean {
  return step.loop !== undefined && (runtime.device === 'cpu' || runtime.device === 'wasm');
}

/** Tensors of the same names and shapes along a new first axis. */
function stacked(feeds: readonly TensorMap[]): TensorMap {
  return Object.fromEntries(Object.entries(feeds[0]!).map(([name, first]) => [name, stack(feeds.map((own) => own[name] ?? first))]));
}

function stack(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as [Tensor];
  const dims = [tensors.length, ...first.dims];
  if (first.type === 'int32') return new Tensor('int32', joined(tensors, new Int32Array(sizeOf(dims))), dims);
  return new Tensor('float32', joined(tensors, new Float32Array(sizeOf(dims))), dims);
}

function joined<T extends Float32Array | Int32Array>(tensors: readonly Tensor[], all: T): T {
  const size = all.length / tensors.length;
  tensors.forEach(({ data }, i) => all.set(data as T, i * size));
  return all;
}

const MOST_STEPS = 16;
const MOST_BYTES = 2 ** 26;

/** How many steps `fit` puts in one run at most: what they are given shall not fill the memory. */
export function mostPerRun(step: TrainingStep, runtime: Runtime): number {
  if (!hasLoops(step, runtime)) return 1;
  const bytes = [...Object.values(step.inputs), ...step.draws].reduce((total, { shape }) => total + 4 * sizeOf(shape), 0);
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_BYTES / Math.max(1, bytes))));
}
