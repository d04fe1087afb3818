import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { Job, PeerStep } from './job.ts';

type Params = Readonly<Record<string, tf.Variable>>;

/** TensorFlow.js keeps channels last, so pictures and kernels are turned once, before the first step. */
export async function tfjsStep(job: Job): Promise<PeerStep> {
  if (job.backend === 'wasm') setThreadsCount(job.threads);
  if (!(await tf.setBackend(job.backend))) throw new Error(`TensorFlow.js could not start its backend ${job.backend}`);
  await tf.ready();
  const params: Record<string, tf.Variable> = {};
  for (const [name, { data, shape }] of Object.entries(job.params)) {
    if (name.includes('.running')) continue;
    const value = tf.tensor(data, [...shape]);
    const kernel = shape.length >= 4;
    params[name] = tf.variable(kernel ? tf.transpose(value, [...shape.keys()].slice(2).concat(1, 0)) : value, true, name);
  }
  const pictures = tf.tensor(job.x.data, [...job.x.shape]);
  const x = job.kind === 'vit' ? pictures : tf.transpose(pictures, [0, ...[...job.x.shape.keys()].slice(2), 1]);
  const y = tf.oneHot(tf.tensor1d(job.y, 'int32'), job.classes);
  const adamw = job.optimizer === 'adamw';
  const optimizer = adamw ? tf.train.adam(job.learningRate, 0.9, 0.999, 1e-8) : tf.train.sgd(job.learningRate);
  const matrices = Object.values(params).filter((value) => value.rank >= 2);
  return async () => {
    const cost = tf.tidy(() => {
      const found = optimizer.computeGradients(
        () => tf.losses.softmaxCrossEntropy(y, forward(job, params, x)) as tf.Scalar,
        Object.values(params),
      );
      // TensorFlow.js has Adam, not AdamW: the weights decay before it
      if (adamw) for (const value of matrices) value.assign(tf.mul(value, 1 - job.learningRate * job.weightDecay));
      optimizer.applyGradients(found.grads as Record<string, tf.Variable>);
      return found.value;
    });
    const [loss] = await cost.data();
    cost.dispose();
    return loss!;
  };
}

function forward(job: Job, p: Params, x: tf.Tensor): tf.Tensor2D {
  if (job.kind === 'vit') return vit(job, p, x as tf.Tensor3D);
  if (job.kind === 'resnet8') return resnet8(p, x as tf.Tensor4D);
  const conv = job.kind === 'cnn' ? flat : volume;
  const last = [1, 2, 2].reduce((t, stride, i) => tf.relu(conv(p, t, `conv${i + 1}`, stride, 1)), x);
  if (job.kind === 'conv3d') return dense(p, tf.mean(last, [1, 2, 3]), 'head');
  return dense(p, tf.reshape(tf.transpose(last, [0, 3, 1, 2]), [x.shape[0]!, -1]), 'head');
}

function dense(p: Params, x: tf.Tensor, name: string): tf.Tensor2D {
  const [inner, outer] = p[`${name}.weight`]!.shape as [number, number];
  const y = tf.add(tf.matMul(tf.reshape(x, [-1, inner]), p[`${name}.weight`] as tf.Tensor2D), p[`${name}.bias`]!);
  return tf.reshape(y, [...x.shape.slice(0, -1), outer] as [number, number]);
}

function biased(p: Params, y: tf.Tensor, name: string): tf.Tensor {
  const bias = p[`${name}.bias`];
  return bias === undefined ? y : tf.add(y, bias);
}

function flat(p: Params, x: tf.Tensor, name: string, stride: number, padding: number): tf.Tensor {
  return biased(p, tf.conv2d(x as tf.Tensor4D, p[`${name}.weight`] as unknown as tf.Tensor4D, stride, padding), name);
}

/** Its convolution of volumes has no padding of its own choosing. */
function volume(p: Params, x: tf.Tensor, name: string, stride: number, padding: number): tf.Tensor {
  const around: [number, number] = [padding, padding];
  const padded = tf.pad(x as tf.Tensor5D, [[0, 0], around, around, around, [0, 0]]);
  return biased(p, tf.conv3d(padded as tf.Tensor5D, p[`${name}.weight`] as unknown as tf.Tensor5D, stride, 'valid'), name);
}

function resnet8(p: Params, x: tf.Tensor4D): tf.Tensor2D {
  const convNorm = (t: tf.Tensor, name: string, stride: number, padding: number): tf.Tensor => {
    const y = flat(p, t, `${name}.conv`, stride, padding);
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    const scaled = tf.mul(tf.mul(tf.sub(y, mean), tf.rsqrt(tf.add(variance, 1e-5))), p[`${name}.norm.weight`]!);
    return tf.add(scaled, p[`${name}.norm.bias`]!);
  };
  const last = [0, 1, 2].reduce(
    (t, i) => {
      const stride = i === 0 ? 1 : 2;
      const inside = tf.relu(convNorm(t, `blocks.${i}.first`, stride, 1));
      const past = i === 0 ? t : convNorm(t, `blocks.${i}.shortcut`, 2, 0);
      return tf.relu(tf.add(convNorm(inside, `blocks.${i}.second`, 1, 1), past));
    },
    tf.relu(convNorm(x, 'stem', 1, 1)),
  );
  return dense(p, tf.mean(last, [1, 2]), 'head');
}

function vit({ vit: config }: Job, p: Params, x: tf.Tensor3D): tf.Tensor2D {
  const { width, depth, heads } = config!;
  const each = width / heads;
  const norm = (t: tf.Tensor, name: string): tf.Tensor => {
    const { mean, variance } = tf.moments(t, -1, true);
    const scaled = tf.mul(tf.mul(tf.sub(t, mean), tf.rsqrt(tf.add(variance, 1e-5))), p[`${name}.weight`]!);
    return tf.add(scaled, p[`${name}.bias`]!);
  };
  const gelu = (t: tf.Tensor): tf.Tensor => tf.mul(tf.mul(t, 0.5), tf.add(tf.erf(tf.mul(t, Math.SQRT1_2)), 1));
  let t: tf.Tensor = tf.add(dense(p, x, 'embed'), p['position']!);
  const [n, tokens] = t.shape as [number, number];
  for (let i = 0; i < depth; i++) {
    const b = `blocks.${i}`;
    const qkv = tf.reshape(dense(p, norm(t, `${b}.norm1`), `${b}.attention.qkv`), [n, tokens, 3, heads, each]);
    const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(each)));
    const mixed = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [n, tokens, width]);
    t = tf.add(t, dense(p, mixed, `${b}.attention.out`));
    t = tf.add(t, dense(p, gelu(dense(p, norm(t, `${b}.norm2`), `${b}.mlp.up`)), `${b}.mlp.down`));
  }
  return dense(p, tf.mean(norm(t, 'norm'), 1), 'head');
}
