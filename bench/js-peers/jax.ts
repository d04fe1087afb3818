import { init, defaultDevice, jit, lax, nn, numpy as np, valueAndGrad, type Array as Value } from '@jax-js/jax';
import type { Job, PeerStep } from './job.ts';

type Values = Readonly<Record<string, Value>>;
/** Parameters that may be read more than once: jax-js frees an array with its last use unless `.ref` counts one more. */
type Read = (name: string) => Value;

/** Everything in one `jit`: forward, gradients and the update. */
export async function jaxStep(job: Job): Promise<PeerStep> {
  const backend = job.backend as 'wasm';
  if (!(await init(backend)).includes(backend)) throw new Error(`jax-js could not start its backend ${backend}`);
  defaultDevice(backend);
  const x = np.array(job.x.data).reshape([...job.x.shape]);
  const y = nn.oneHot(np.array(job.y, { dtype: np.int32 }), job.classes);
  const trained = Object.entries(job.params).filter(([name]) => !name.includes('.running'));
  const all = (make: (data: Float32Array) => Float32Array): Values =>
    Object.fromEntries(trained.map(([name, { data, shape }]) => [name, np.array(make(data)).reshape([...shape])]));
  const zeros = (data: Float32Array): Float32Array => new Float32Array(data.length);
  let state: State = { p: all((data) => data), ...(job.optimizer === 'adamw' ? { m: all(zeros), v: all(zeros) } : {}) };
  const loss = (p: Values, images: Value, labels: Value): Value => {
    const logits = forward(job, (name) => p[name]!.ref, images);
    return np.sum(nn.logSoftmax(logits).mul(labels)).mul(-1 / job.y.length);
  };
  const withGradients = valueAndGrad(loss as never) as unknown as (p: Values, images: Value, labels: Value) => [Value, Values];
  const step = jit(((current: State, images: Value, labels: Value, rates: Value) => {
    const p = copied(current.p);
    const [cost, gradients] = withGradients(p, images, labels);
    return { cost, state: job.optimizer === 'sgd' ? descended(job, current, gradients) : adamw(job, current, gradients, rates) };
  }) as never) as unknown as (current: State, images: Value, labels: Value, rates: Value) => { cost: Value; state: State };
  let count = 0;
  return async () => {
    count++;
    const rates = np.array([1 - 0.9 ** count, 1 - 0.999 ** count]);
    const done = step(state, x.ref, y.ref, rates);
    state = done.state;
    const [value] = await done.cost.data();
    return value!;
  };
}

type State = { readonly p: Values; readonly m?: Values; readonly v?: Values };

const mapped = (values: Values, change: (value: Value, name: string) => Value): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
const copied = (values: Values): Values => mapped(values, (value) => value.ref);

function descended({ learningRate }: Job, { p }: State, gradients: Values): State {
  return { p: mapped(p, (value, name) => value.sub(gradients[name]!.mul(learningRate))) };
}

function adamw({ learningRate, weightDecay }: Job, { p, m, v }: State, gradients: Values, rates: Value): State {
  const [first, second] = np.split(rates, 2) as [Value, Value];
  const nextM = mapped(m!, (value, name) => value.mul(0.9).add(gradients[name]!.ref.mul(0.1)));
  const nextV = mapped(v!, (value, name) => value.mul(0.999).add(np.square(gradients[name]!).mul(0.001)));
  const nextP = mapped(p, (value, name) => {
    const decayed = value.ndim >= 2 ? value.mul(1 - learningRate * weightDecay) : value;
    const up = nextM[name]!.ref.div(first.ref);
    const down = np.sqrt(nextV[name]!.ref.div(second.ref)).add(1e-8);
    return decayed.sub(up.div(down).mul(learningRate));
  });
  first.dispose();
  second.dispose();
  return { p: nextP, m: nextM, v: nextV };
}

function forward(job: Job, p: Read, x: Value): Value {
  if (job.kind === 'vit') return vit(job, p, x);
  if (job.kind === 'resnet8') return resnet8(p, x);
  const last = [1, 2, 2].reduce((t, stride, i) => nn.relu(biased(p, convolved(p, t, `conv${i + 1}`, stride, 1), `conv${i + 1}`)), x);
  if (job.kind === 'conv3d') return dense(p, np.mean(last, [2, 3, 4]), 'head');
  return dense(p, last.reshape([job.y.length, -1]), 'head');
}

const dense = (p: Read, x: Value, name: string): Value => np.matmul(x, p(`${name}.weight`)).add(p(`${name}.bias`));

function convolved(p: Read, x: Value, name: string, stride: number, padding: number): Value {
  const axes = Array.from({ length: x.ndim - 2 });
  return lax.convGeneralDilated(
    x,
    p(`${name}.weight`),
    axes.map(() => stride),
    axes.map(() => [padding, padding]),
  );
}

function biased(p: Read, y: Value, name: string): Value {
  return y.add(p(`${name}.bias`).reshape([1, -1, ...Array.from({ length: y.ndim - 2 }, () => 1)]));
}

/** Of the mean 0 and variance 1 over the axes. */
function standard(x: Value, axes: number[]): Value {
  const centred = x.ref.sub(np.mean(x, axes, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  return centred.div(np.sqrt(variance.add(1e-5)));
}

function resnet8(p: Read, x: Value): Value {
  const convNorm = (t: Value, name: string, stride: number, padding: number): Value => {
    const y = standard(convolved(p, t, `${name}.conv`, stride, padding), [0, 2, 3]);
    return y.mul(p(`${name}.norm.weight`).reshape([1, -1, 1, 1])).add(p(`${name}.norm.bias`).reshape([1, -1, 1, 1]));
  };
  const last = [0, 1, 2].reduce(
    (t, i) => {
      const inside = nn.relu(convNorm(t.ref, `blocks.${i}.first`, i === 0 ? 1 : 2, 1));
      const past = i === 0 ? t : convNorm(t, `blocks.${i}.shortcut`, 2, 0);
      return nn.relu(convNorm(inside, `blocks.${i}.second`, 1, 1).add(past));
    },
    nn.relu(convNorm(x, 'stem', 1, 1)),
  );
  return dense(p, np.mean(last, [2, 3]), 'head');
}

function vit({ vit: config }: Job, p: Read, x: Value): Value {
  const { width, depth, heads } = config!;
  const each = width / heads;
  const norm = (t: Value, name: string): Value =>
    standard(t, [2])
      .mul(p(`${name}.weight`))
      .add(p(`${name}.bias`));
  const gelu = (t: Value): Value => t.ref.mul(0.5).mul(lax.erf(t.mul(Math.SQRT1_2)).add(1));
  let t = dense(p, x, 'embed').add(p('position'));
  const [n, tokens] = t.shape as [number, number];
  for (let i = 0; i < depth; i++) {
    const b = `blocks.${i}`;
    const qkv = dense(p, norm(t.ref, `${b}.norm1`), `${b}.attention.qkv`).reshape([n, tokens, 3, heads, each]);
    const [q, k, v] = np.split(np.transpose(qkv, [2, 0, 3, 1, 4]), 3).map((part) => part.reshape([n, heads, tokens, each])) as [
      Value,
      Value,
      Value,
    ];
    const weights = nn.softmax(np.matmul(q, np.transpose(k, [0, 1, 3, 2])).mul(1 / Math.sqrt(each)), -1);
    const mixed = np.transpose(np.matmul(weights, v), [0, 2, 1, 3]).reshape([n, tokens, width]);
    t = t.add(dense(p, mixed, `${b}.attention.out`));
    t = t.ref.add(dense(p, gelu(dense(p, norm(t, `${b}.norm2`), `${b}.mlp.up`)), `${b}.mlp.down`));
  }
  return dense(p, np.mean(norm(t, 'norm'), 1), 'head');
}
