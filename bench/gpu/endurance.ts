import { Tensor, type Runtime } from '@verilens/core';
import { createTrainer } from '@verilens/nn';
import { classifierFile, classifierStep, optimizerOf } from '../networks/classifier.ts';
import { batchOf, NETWORKS } from '../networks/networks.ts';
import { memoryInUse } from './adapter.ts';

export interface Endurance {
  readonly steps: number;
  /** Means of the first and of the last twentieth. */
  readonly lossAtFirst: number;
  readonly lossAtLast: number;
  readonly finite: boolean;
  readonly sessions: number;
  /** MiB that the process held more after the sessions than after the first of them. */
  readonly residentGrowth: number;
  /** The same on the GPU. */
  readonly deviceGrowth: number | null;
}

/** Trains a ResNet-8 on one batch; then loads, runs and disposes of sessions, one after the other. */
export async function endure(runtime: Runtime, steps: number, sessions: number): Promise<Endurance> {
  const at = NETWORKS['resnet8']!;
  const batch = batchOf(at);
  const net = at.make();
  const shape = [at.batch, ...at.input];
  const trainer = await createTrainer(classifierStep(net, shape, optimizerOf(at), 'webgpu'), { runtime, seed: 0 });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await trainer.step(batch, at.learningRate)).loss);
  const params = trainer.parameters();
  await trainer.dispose();

  const file = classifierFile(net, params, at.input, 'webgpu');
  const feeds = { x: new Tensor('float32', batch.x, shape) };
  const held = async (): Promise<{ resident: number; device: number | undefined }> => ({
    resident: process.memoryUsage.rss() / 2 ** 20,
    device: await memoryInUse(),
  });
  let first = await held();
  for (let i = 0; i < sessions; i++) {
    const session = await runtime.load(file, { name: 'resnet8' });
    await session.run(feeds);
    await session.dispose();
    if (i === 0) first = await held();
  }
  const last = await held();
  const some = Math.max(1, Math.floor(steps / 20));
  const mean = (values: readonly number[]): number => Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(4));
  return {
    steps,
    lossAtFirst: mean(losses.slice(0, some)),
    lossAtLast: mean(losses.slice(-some)),
    finite: losses.every(Number.isFinite),
    sessions,
    residentGrowth: Number((last.resident - first.resident).toFixed(1)),
    deviceGrowth: last.device === undefined || first.device === undefined ? null : last.device - first.device,
  };
}
