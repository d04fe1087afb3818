import { Tensor, type Runtime } from '@verilens/core';
import { createTrainer, stepsPerRun, targetOf, type Parameters, type Trainer } from '@verilens/nn';
import { CHECKED_STEPS, type Work } from '../peers/fastest-torch.ts';
import { classifierFile, classifierStep, optimizerOf } from './classifier.ts';
import type { Network } from './conv-nets.ts';
import type { batchOf, NetworkCase } from './networks.ts';

/** The work done by one of our runtimes. */
export interface Ours {
  readonly once: () => Promise<unknown>;
  /** How many training steps, or passes, `once` does: as many as `fit` would put in one run. */
  readonly together: number;
  readonly losses: readonly number[];
  /** What it began with. */
  readonly params: Parameters;
  dispose(): Promise<void>;
}
type Samples = ReturnType<typeof batchOf>;

/** Readies a training step or an exported network on a runtime and takes its first losses. */
export async function ours(
  at: NetworkCase,
  net: Network,
  work: Work,
  batch: Samples,
  shape: readonly number[],
  runtime: Runtime,
  init: Parameters | undefined,
): Promise<Ours> {
  const target = targetOf(runtime);
  const step = classifierStep(net, shape, optimizerOf(at), target);
  const trainer = await createTrainer(step, { runtime, seed: 0, init });
  const params = trainer.parameters();
  if (work === 'training step') {
    const losses = await lossesOf(trainer, batch, at.learningRate);
    const started = performance.now();
    await trainer.step(batch, at.learningRate);
    const together = stepsPerRun(performance.now() - started, trainer.mostPerRun);
    const batches = Array.from({ length: together }, () => batch);
    const rates = batches.map(() => at.learningRate);
    return { once: () => trainer.runSteps(batches, rates), together, losses, params, dispose: () => trainer.dispose() };
  }
  await trainer.dispose();
  const onnx = classifierFile(net, params, shape.slice(1), target);
  const session = await runtime.load(onnx, { name: 'network' });
  const feeds = { x: new Tensor('float32', batch.x, shape) };
  const { logits } = await session.run(feeds);
  const losses = [meanCrossEntropy(logits!.data as Float32Array, batch.y, at.classes)];
  return { once: () => session.run(feeds), together: 1, losses, params, dispose: () => session.dispose() };
}

async function lossesOf(trainer: Trainer, batch: Samples, learningRate: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < CHECKED_STEPS; i++) losses.push((await trainer.step(batch, learningRate)).loss);
  return losses;
}

function meanCrossEntropy(logits: Float32Array, labels: Int32Array, classes: number): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = Math.max(...own);
    sum += top + Math.log(own.reduce((total, value) => total + Math.exp(value - top), 0)) - own[label]!;
  });
  return sum / labels.length;
}
