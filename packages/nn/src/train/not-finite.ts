import { VerilensError, type Runtime, type TensorMap } from '@verilens/core';
import type { TrainingStep } from './training-step.ts';

/** The NOT_FINITE error of a step: which tensor was the first that is not finite, and what to do about it. */
export async function notFinite(at: {
  readonly step: TrainingStep;
  readonly runtime: Runtime;
  readonly feeds: TensorMap;
  readonly done: number;
  readonly loss: number;
  readonly gradientNorm: number | undefined;
  readonly learningRate: number;
}): Promise<VerilensError> {
  const { done, loss, gradientNorm, learningRate } = at;
  const first = await firstBad(at).catch((error: unknown) => `unknown (the search failed: ${String(error)})`);
  return new VerilensError(
    'NOT_FINITE',
    `training stopped at step ${done}: ${Number.isFinite(loss) ? 'the gradient' : 'the loss'} is not finite`,
    {
      place: 'nn trainer',
      expected: 'finite numbers',
      got: `loss ${loss}, gradient norm ${gradientNorm}; first bad tensor: ${first ?? 'none by itself, so the norm of the gradient overflowed'}`,
      remedy: `${hint(first, learningRate)} The state is as before this step.`,
    },
  );
}

function hint(first: string | undefined, learningRate: number): string {
  if (first?.startsWith('input "param.'))
    return `The weights themselves are not finite: begin again from a checkpoint, with a lower learning rate than ${learningRate}.`;
  if (first?.startsWith('input')) return 'Check the batch for NaN and Inf.';
  if (first?.startsWith('gradient'))
    return 'The loss is finite but its slope is not: look for sqrt, log, pow or a norm at zero there, and add a small number inside.';
  return `Lower the learning rate (now ${learningRate}), set clipNorm, or look for log, div and sqrt of zero there.`;
}

async function firstBad(at: {
  readonly step: TrainingStep;
  readonly runtime: Runtime;
  readonly feeds: TensorMap;
}): Promise<string | undefined> {
  const { onnx, places } = at.step.diagnose();
  const session = await at.runtime.load(onnx, { name: 'diagnosis' });
  try {
    const { finite } = await session.run(at.feeds);
    const bad = (finite!.data as Float32Array).findIndex((mark) => mark !== 0);
    return bad === -1 ? undefined : places[bad];
  } finally {
    await session.dispose();
  }
}
