import { type CheckpointStore, type Runtime, Tensor, VerilensError } from '@verilens/core';
import * as nn from '@verilens/nn';
import type { TrainAnswer } from '../protocol.ts';
import type { Handlers } from './dispatch.ts';
import type { WorkerSession } from './session.ts';
import { greyImage, SHAPES, shapeBatch, SIDE } from './shapes.ts';

const BATCH = 32;
const SEED = 1;
const SAMPLES = 10;
/** The events of a fast device come together: the page draws a curve, not a film. */
const EVENT_EVERY_MS = 60;

/** Pictures [B, 1, SIDE, SIDE] to logits [B, shapes]. */
const network = (): ReturnType<typeof nn.sequential> =>
  nn.sequential(
    nn.conv2dModule(1, 12, 5, { padding: 2, stride: 2 }),
    nn.relu,
    nn.conv2dModule(12, 24, 3, { padding: 1 }),
    nn.relu,
    nn.conv2dModule(24, 32, 3, { padding: 1, stride: 2 }),
    nn.relu,
    nn.globalMaxPool,
    nn.linear(32, SHAPES.length),
  );

/** Trains until `steps` are done or the page stops it; either way the answer holds all that is needed to go on. */
export function train(session: WorkerSession): Handlers['train'] {
  return async ({ steps, checkpoint }, { signal, emit }) => {
    const runtime = session.runtime();
    const net = network();
    const step = nn.trainingStep({
      module: net,
      inputs: { x: nn.float32([BATCH, 1, SIDE, SIDE]), y: nn.int32([BATCH]) },
      loss: (p, { x, y }) => {
        const logits = net.apply(p, x);
        const right = nn.cast(nn.equal(nn.argMax(logits, -1), y), 'float32');
        return { loss: nn.crossEntropy(logits, y), metrics: { accuracy: nn.mean(right) } };
      },
      optimizer: nn.adamW(),
      clipNorm: 1,
      target: nn.targetOf(runtime),
    });
    await using trainer = await nn.createTrainer(step, { runtime, seed: SEED });
    const store = memoryStore(checkpoint);
    let shownAt = 0;
    let began = performance.now();
    let since = 0;
    const finished = await stopped(() =>
      nn.fit({
        trainer,
        steps,
        schedule: nn.cosine({ peak: 4e-3, steps, warmup: 20 }),
        batch: (number) => shapeBatch(BATCH, SEED, number),
        checkpoints: store,
        checkpointEvery: steps,
        signal,
        onProgress: ({ step: done, loss, metrics }) => {
          since++;
          const now = performance.now();
          if (done < steps && now - shownAt < EVENT_EVERY_MS) return;
          const stepMs = (now - began) / since;
          session.times.add('training step', stepMs);
          emit({ step: done, steps, loss, accuracy: metrics['accuracy']!, stepMs });
          [shownAt, began, since] = [now, now, 0];
        },
      }),
    );
    const onnx = nn.exportInference({
      module: net,
      params: trainer.parameters(),
      inputs: { x: nn.float32(['batch', 1, SIDE, SIDE]) },
      forward: (p, { x }) => ({ y: nn.softmax(net.apply(p, x)) }),
      target: nn.targetOf(runtime),
    });
    return { finished, checkpoint: trainer.save(), onnx, labels: SHAPES, samples: await samplesOf(onnx, runtime) };
  };
}

/** True when the work ended by itself, false when the page stopped it. */
async function stopped(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof VerilensError && error.code === 'ABORTED') return false;
    throw error;
  }
}

/** Pictures of a batch that no step sees. */
async function samplesOf(onnx: Uint8Array, runtime: Runtime): Promise<TrainAnswer['samples']> {
  const { x, y } = shapeBatch(SAMPLES, SEED, 1e6);
  await using model = await runtime.load(onnx, { name: 'shape classifier' });
  const answer = (await model.run({ x: new Tensor('float32', x, [SAMPLES, 1, SIDE, SIDE]) }))['y']!.data as Float32Array;
  return Array.from(y, (label, i) => {
    const scores = answer.subarray(i * SHAPES.length, (i + 1) * SHAPES.length);
    const best = scores.indexOf(Math.max(...scores));
    const image = greyImage(x.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    return { image, truth: SHAPES[label]!, answer: SHAPES[best]!, score: scores[best]! };
  });
}

function memoryStore(bytes: Uint8Array | undefined): CheckpointStore {
  let kept = bytes;
  return { read: async () => kept, write: async (_name, next) => void (kept = next) };
}
