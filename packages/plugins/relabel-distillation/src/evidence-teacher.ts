import { type Image, type Runtime, Tensor } from '@verilens/core';
import { luminance, toTensor } from '@verilens/vision';
import {
  adamW,
  conv2dModule,
  cosine,
  createTrainer,
  crossEntropy,
  exportInference,
  fit,
  float32,
  int32,
  linear,
  relu,
  reshape,
  sequential,
  shuffledBatches,
  type Sym,
  targetOf,
  trainingStep,
} from '@verilens/nn';

export interface Labelled {
  readonly images: readonly Image[];
  readonly labels: readonly number[];
}

export interface TeacherShape {
  readonly channels: 1 | 3;
  readonly side: number;
  readonly classes: number;
  readonly epochs: number;
}

const BATCH = 64;

/**
 * The model to be explained: three convolutions and two dense layers, `pictures` [batch, channels, side, side], 0..1, to `logits`.
 */
export async function trainTeacher(
  { images, labels }: Labelled,
  shape: TeacherShape,
  runtime: Runtime,
  seed: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { channels, side, classes, epochs } = shape;
  const cells = (side / 4) ** 2 * 64;
  const net = sequential(
    conv2dModule(channels, 16, 3, { stride: 2, padding: 1 }),
    (x: Sym) => relu(x),
    conv2dModule(16, 32, 3, { stride: 2, padding: 1 }),
    (x: Sym) => relu(x),
    conv2dModule(32, 64, 3, { padding: 1 }),
    (x: Sym) => relu(x),
    (x: Sym) => reshape(x, [-1, cells]),
    linear(cells, 64),
    (x: Sym) => relu(x),
    linear(64, classes),
  );
  const step = trainingStep({
    module: net,
    inputs: { pictures: float32([BATCH, channels, side, side]), labels: int32([BATCH]) },
    loss: (p, inputs) => ({ loss: crossEntropy(net.apply(p, inputs.pictures), inputs.labels) }),
    optimizer: adamW({ weightDecay: 1e-3 }),
    clipNorm: 5,
    target: targetOf(runtime),
  });
  await using trainer = await createTrainer(step, { runtime, seed });
  const order = shuffledBatches({ count: images.length, batchSize: BATCH, seed });
  const steps = epochs * Math.floor(images.length / BATCH);
  await fit({
    trainer,
    steps,
    schedule: cosine({ peak: 3e-3, steps, warmup: Math.ceil(0.05 * steps) }),
    batch: (at) => {
      const places = order(at);
      return {
        pictures: planesOf(
          Array.from(places, (place) => images[place]!),
          shape,
        ),
        labels: Int32Array.from(places, (place) => labels[place]!),
      };
    },
    signal,
  });
  return exportInference({
    module: net,
    params: trainer.parameters(),
    inputs: { pictures: float32(['batch', channels, side, side]) },
    forward: (p, { pictures }) => ({ logits: net.apply(p, pictures) }),
    target: 'native',
  });
}

/** Share of pictures whose largest logit is at the label. */
export async function accuracyOf(runtime: Runtime, onnx: Uint8Array, shape: TeacherShape, { images, labels }: Labelled): Promise<number> {
  const { channels, side, classes } = shape;
  await using session = await runtime.load(onnx, { name: 'teacher' });
  const pictures = new Tensor('float32', planesOf(images, shape), [images.length, channels, side, side]);
  const logits = (await session.run({ pictures }))['logits']!.data as Float32Array;
  const right = labels.filter((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    return row.every((value) => value <= row[label]!);
  });
  return right.length / labels.length;
}

function planesOf(images: readonly Image[], { channels, side }: TeacherShape): Float32Array {
  const size = channels * side * side;
  const planes = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    if (channels === 3) toTensor(image, planes, i * size);
    else
      luminance(image).data.forEach((value, k) => {
        planes[i * size + k] = value / 255;
      });
  });
  return planes;
}
