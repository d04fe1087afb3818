import { Tensor, type Runtime } from '@verilens/core';
import { createTrainer, sgd, targetOf, type Parameters, type Schedule } from '@verilens/nn';
import { classifierFile, classifierStep } from '../networks/classifier.ts';
import { resnet8 } from '../networks/conv-nets.ts';
import { packed, type Torch } from '../peers/pytorch.ts';
import { pick, type Digits } from './digits.ts';

export const BATCH = 64;
/** Of a digit: [channels, height, width]. */
const PICTURE = [1, 28, 28] as const;

/** A training of the ResNet-8 by SGD, the same for both sides. */
export interface Recipe {
  readonly steps: number;
  readonly momentum: number;
  readonly schedule: Schedule;
}

export interface Data {
  readonly train: Digits;
  readonly test: Digits;
}

export interface Run {
  readonly losses: readonly number[];
  /** Share of the test digits named rightly, with the running statistics. */
  readonly accuracy: number;
}

/** Which samples are the batch of a step. */
export type Order = (step: number) => Int32Array;

/** Our run, and the parameters it began with. */
export async function ours(
  runtime: Runtime,
  data: Data,
  order: Order,
  { steps, momentum, schedule }: Recipe,
  seed: number,
): Promise<{ readonly run: Run; readonly initial: Parameters }> {
  const net = resnet8({ channels: 1, classes: 10 });
  const target = targetOf(runtime);
  const step = classifierStep(net, [BATCH, ...PICTURE], sgd({ momentum }), target);
  await using trainer = await createTrainer(step, { runtime, seed });
  const initial = trainer.parameters();
  const losses: number[] = [];
  for (let s = 0; s < steps; s++) losses.push((await trainer.step({ ...pick(data.train, order(s)) }, schedule(s))).loss);
  const onnx = classifierFile(net, trainer.parameters(), PICTURE, target);
  await using session = await runtime.load(onnx, { name: 'resnet8' });
  const { logits } = await session.run({ x: new Tensor('float32', data.test.x, [data.test.y.length, ...PICTURE]) });
  const scores = logits!.data as Float32Array;
  const right = data.test.y.filter((label, i) => {
    const row = scores.subarray(i * 10, (i + 1) * 10);
    return row.every((value) => value <= row[label]!);
  });
  return { run: { losses, accuracy: right.length / data.test.y.length }, initial };
}

/** PyTorch's run of the same recipe from the same parameters on the same batches. */
export async function pytorch(
  torch: Torch,
  data: Data,
  order: Order,
  { steps, momentum, schedule }: Recipe,
  initial: Parameters,
): Promise<Run> {
  const pictures = ({ x, y }: Digits): object => ({ x: packed(x, [y.length, ...PICTURE]), y: packed(y, [y.length]) });
  await torch.ask({
    do: 'make',
    id: 'curve',
    mode: 'train',
    foreach: false,
    config: { kind: 'resnet8' },
    params: Object.fromEntries([...initial].map(([name, value]) => [name, packed(value.data, value.shape)])),
    ...pictures(data.train),
    optimizer: { name: 'sgd', learningRate: schedule(0), momentum, weightDecay: 0 },
  });
  const batches = Int32Array.from({ length: steps * BATCH }, (_, i) => order(Math.floor(i / BATCH))[i % BATCH]!);
  const answer = await torch.ask<Run>({
    do: 'curve',
    id: 'curve',
    order: packed(batches, [steps, BATCH]),
    rates: Array.from({ length: steps }, (_, s) => schedule(s)),
    test: pictures(data.test),
  });
  await torch.ask({ do: 'drop', id: 'curve' });
  return answer;
}
