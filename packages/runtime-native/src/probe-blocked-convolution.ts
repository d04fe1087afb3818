import { Tensor } from '@verilens/core';
import { bytesField, type Engine, numberField } from '@verilens/core/runtime-kit';

const HEIGHT = 4;
const WIDTH = 5;
const DOMAIN = 'com.microsoft.nchwc';

/**
 * Channels per block of ONNX Runtime's blocked convolution on this processor: 16 with AVX-512, 8 elsewhere, and nothing where it
 * has none. Found by trying: a wrong block gives wrong numbers or an error.
 */
export async function probeBlockedConvolution(engine: Engine): Promise<8 | 16 | undefined> {
  for (const block of [16, 8] as const) if (await gives(engine, block)) return block;
  return undefined;
}

/** Two 3x3 convolutions, one of 3 plain channels and one of two whole blocks, against sums written out. */
async function gives(engine: Engine, block: 8 | 16): Promise<boolean> {
  const wide = 2 * block;
  const small = { x: numbers(3 * HEIGHT * WIDTH, 7), w: numbers(wide * 3 * 9, 5) };
  const whole = { x: numbers(wide * HEIGHT * WIDTH, 11), w: numbers(wide * wide * 9, 3) };
  try {
    const session = await engine.create(model(block, small.w, whole.w), [], 'cpu', { background: false, threads: 1 });
    try {
      const answer = await session.run(
        {
          a: new Tensor('float32', small.x, [1, 3, HEIGHT, WIDTH]),
          b: new Tensor('float32', whole.x, [1, wide, HEIGHT, WIDTH]),
        },
        ['y', 'z'],
      );
      const same = (name: string, wanted: Float32Array): boolean =>
        (answer[name]?.data as Float32Array).every((value, i) => Math.abs(value - wanted[i]!) <= 1e-3);
      return same('y', convolve(small.x, small.w, 3, wide)) && same('z', convolve(whole.x, whole.w, wide, wide));
    } finally {
      await session.release();
    }
  } catch {
    return false;
  }
}

/** Small multiples of 1/8, without a pattern that a wrong order of channels would keep. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (Math.floor(state / 2 ** 24) - 128) / 8;
  });
}

function convolve(x: Float32Array, w: Float32Array, channels: number, outputs: number): Float32Array {
  const y = new Float32Array(outputs * HEIGHT * WIDTH);
  for (let at = 0; at < y.length; at++) {
    const [o, i, j] = [Math.floor(at / (HEIGHT * WIDTH)), Math.floor(at / WIDTH) % HEIGHT, at % WIDTH];
    let sum = 0;
    for (let c = 0; c < channels; c++)
      for (let t = 0; t < 9; t++) {
        const [u, v] = [i + Math.floor(t / 3) - 1, j + (t % 3) - 1];
        if (u >= 0 && u < HEIGHT && v >= 0 && v < WIDTH) sum += x[(c * HEIGHT + u) * WIDTH + v]! * w[(o * channels + c) * 9 + t]!;
      }
    y[at] = sum;
  }
  return y;
}

/** [O, C, 3, 3] with outputs in blocks, and inputs too where there are whole blocks of them. */
function blockedKernel(w: Float32Array, channels: number, outputs: number, block: number): Float32Array {
  const inner = channels < block ? 1 : block;
  const blocked = new Float32Array(w.length);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++)
      for (let t = 0; t < 9; t++) {
        const outer = (Math.floor(o / block) * (channels / inner) + Math.floor(c / inner)) * 9 + t;
        blocked[(outer * inner + (c % inner)) * block + (o % block)] = w[(o * channels + c) * 9 + t]!;
      }
  return blocked;
}

// field numbers of onnx.proto

function attribute(name: string, value: number | readonly number[]): number[] {
  const [body, type] = typeof value === 'number' ? [numberField(3, value), 2] : [value.flatMap((v) => numberField(8, v)), 7];
  return bytesField(5, [...bytesField(1, name), ...body, ...numberField(20, type)]);
}

function node(op: string, inputs: readonly string[], output: string, attributes: readonly number[]): number[] {
  return bytesField(1, [
    ...inputs.flatMap((name) => bytesField(1, name)),
    ...bytesField(2, output),
    ...bytesField(4, op),
    ...attributes,
    ...bytesField(7, DOMAIN),
  ]);
}

function stored(name: string, data: Float32Array, dims: readonly number[]): number[] {
  return bytesField(5, [
    ...dims.flatMap((dim) => numberField(1, dim)),
    ...numberField(2, 1),
    ...bytesField(8, name),
    ...bytesField(9, [...new Uint8Array(data.buffer)]),
  ]);
}

function value(field: number, name: string, channels: number): number[] {
  const shape = [1, channels, HEIGHT, WIDTH].flatMap((dim) => bytesField(1, numberField(1, dim)));
  return bytesField(field, [...bytesField(1, name), ...bytesField(2, bytesField(1, [...numberField(1, 1), ...bytesField(2, shape)]))]);
}

function model(block: number, small: Float32Array, whole: Float32Array): Uint8Array {
  const wide = 2 * block;
  const window = [
    ...attribute('kernel_shape', [3, 3]),
    ...attribute('pads', [1, 1, 1, 1]),
    ...attribute('strides', [1, 1]),
    ...attribute('dilations', [1, 1]),
    ...attribute('group', 1),
  ];
  const channels = attribute('channels', wide);
  const graph = [
    ...node('Conv', ['a', 'v'], 'ya', window),
    ...node('ReorderOutput', ['ya'], 'y', channels),
    ...node('ReorderInput', ['b'], 'bb', []),
    ...node('Conv', ['bb', 'w'], 'zb', window),
    ...node('ReorderOutput', ['zb'], 'z', channels),
    ...bytesField(2, 'probe'),
    ...stored('v', blockedKernel(small, 3, wide, block), [wide, 3, 3, 3]),
    ...stored('w', blockedKernel(whole, wide, wide, block), [wide, wide, 3, 3]),
    ...value(11, 'a', 3),
    ...value(11, 'b', wide),
    ...value(12, 'y', wide),
    ...value(12, 'z', wide),
  ];
  const opset = (domain: string, version: number): number[] => bytesField(8, [...bytesField(1, domain), ...numberField(2, version)]);
  return Uint8Array.from([...numberField(1, 8), ...bytesField(7, graph), ...opset('', 17), ...opset(DOMAIN, 1)]);
}
