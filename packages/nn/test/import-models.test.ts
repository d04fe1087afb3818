import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constant, gradients, importOnnx, input, mul, random, sum, writeGraph, type OnnxModule, type Sym } from '../src/index.ts';
import { runOnce } from './onnx-vectors.ts';

const require = createRequire(import.meta.url);
const packages = fileURLToPath(new URL('../..', import.meta.url));
const faceplugin = join(dirname(require.resolve('faceplugin-face-recognition-js/package.json')), 'model');

/** Networks that others exported (two exporters, opset 9 and 12), and two of our own with a free batch size. */
const MODELS: readonly { readonly name: string; readonly folder?: string; readonly batch?: number }[] = [
  { name: 'fr_feature' },
  { name: 'fr_detect' },
  { name: 'fr_landmark' },
  { name: 'fr_age' },
  { name: 'fr_eye' },
  { name: 'fr_liveness' },
  { name: 'fr_pose' },
  { name: 'face_detection_front_128x128_barracuda', folder: join(packages, 'faces/models') },
  { name: 'face_detection_back_256x256_barracuda', folder: join(packages, 'faces/models') },
  { name: 'spatial', folder: join(packages, 'plugins/stdt/models'), batch: 2 },
  { name: 'temporal', folder: join(packages, 'plugins/stdt/models'), batch: 2 },
];

const read = (name: string, folder = faceplugin): Uint8Array => new Uint8Array(readFileSync(join(folder, `${name}.onnx`)));
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Smooth values in -1..1, as a normalised picture has them. */
function picture(shape: readonly number[], seed: number): Tensor {
  const { uniform } = random(seed, 'picture');
  const [a, b, c] = [uniform(), uniform(), uniform()];
  const data = Float32Array.from({ length: size(shape) }, (_, i) => 0.6 * Math.sin(i * 0.013 + 9 * a) + 0.3 * Math.sin(i * (0.3 + b)) * c);
  return new Tensor('float32', data, shape);
}

const whole = (shape: readonly number[], below: number): Tensor =>
  new Tensor(
    'int32',
    Int32Array.from({ length: size(shape) }, (_, i) => i % below),
    shape,
  );

describe('imported networks', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await native({ device: 'cpu', threads: 1 });
  });
  afterAll(() => runtime?.dispose());

  it.each(MODELS)('$name: our graph of it gives what the runtime gives for the file', async ({ name, folder, batch = 1 }) => {
    const bytes = read(name, folder);
    const session = await runtime.load(bytes, { name });
    try {
      const shapes = Object.fromEntries(
        session.inputs.map((spec) => [spec.name, spec.shape.map((n) => (typeof n === 'number' ? n : batch))]),
      );
      const net = importOnnx(bytes, { inputs: shapes });
      const feeds: TensorMap = Object.fromEntries(
        Object.entries(net.inputs).map(([key, { shape, dtype }], i) => [key, dtype === 'float32' ? picture(shape, i) : whole(shape, 8)]),
      );
      const theirs = await session.run(feeds);
      const syms = Object.fromEntries(Object.entries(net.inputs).map(([key, spec]) => [key, input(key, spec)]));
      const own = await runOnce(
        runtime,
        writeGraph({ inputs: syms, outputs: net.apply({}, syms), target: 'native' }),
        `${name}, imported`,
        feeds,
      );
      for (const [output, { data, dims }] of Object.entries(theirs)) {
        expect(own[output]!.dims).toEqual(dims);
        const [want, got] = [data as Float32Array, own[output]!.data as Float32Array];
        const scale = want.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-6);
        const worst = want.reduce((m, v, i) => Math.max(m, Math.abs(v - got[i]!)), 0);
        expect(worst / scale, output).toBeLessThan(1e-4);
      }
    } finally {
      await session.dispose();
    }
  });

  describe('the face embedding', () => {
    const shape = [1, 3, 112, 112];
    let net: OnnxModule;
    let pixels: Float32Array;
    let slope: Float32Array;
    let score: (x: Float32Array) => Promise<number>;
    const sessions: AsyncDisposable[] = [];
    // what is differentiated: the embedding's component along a fixed direction
    const direction = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * 1.7));

    beforeAll(async () => {
      net = importOnnx(read('fr_feature'));
      pixels = picture(shape, 3).data as Float32Array;
      const x = input('x', { shape, dtype: 'float32' });
      const y: Sym = sum(mul(net.apply({}, x)['output']!, constant(direction, [1, 512])));
      const session = await runtime.load(writeGraph({ inputs: { x }, outputs: { y, dx: gradients(y, [x])[0]! }, target: 'native' }));
      const forward = await runtime.load(
        writeGraph({ inputs: { x }, outputs: { embedding: net.apply({}, x)['output']! }, target: 'native' }),
      );
      sessions.push(session, forward);
      slope = (await session.run({ x: new Tensor('float32', pixels, shape) }))['dx']!.data as Float32Array;
      score = async (values) => {
        const { embedding } = await forward.run({ x: new Tensor('float32', values, shape) });
        // added up in double precision, so that the small differences below survive
        return (embedding!.data as Float32Array).reduce((total, v, i) => total + v * direction[i]!, 0);
      };
    });
    afterAll(() => Promise.all(sessions.map((session) => session[Symbol.asyncDispose]())));

    /** Central difference of the score along `by`, over steps of length `step` in pixels. */
    async function difference(by: Float32Array, step: number): Promise<{ along: number; wanted: number }> {
      const moved = (sign: number): Float32Array => pixels.map((v, i) => v + sign * step * by[i]!);
      const [ahead, behind] = [moved(1), moved(-1)];
      // the steps that float32 really makes
      const wanted = ahead.reduce((total, v, i) => total + (slope[i]! * (v - behind[i]!)) / (2 * step), 0);
      return { along: ((await score(ahead)) - (await score(behind))) / (2 * step), wanted };
    }

    it('has a gradient towards its pixels that agrees with finite differences', async () => {
      const length = Math.hypot(...slope);
      expect(length).toBeGreaterThan(0);
      // along the gradient itself, where the difference is largest: steps short enough that few PReLUs change sides
      const own = await difference(
        slope.map((v) => v / length),
        0.005,
      );
      expect(Math.abs(own.along / own.wanted - 1)).toBeLessThan(0.01);
      // along random directions, where float32 leaves less: errors measured by a typical component of the gradient
      const { normal } = random(5, 'directions');
      for (let k = 0; k < 4; k++) {
        const noise = slope.map(() => normal());
        const scale = Math.hypot(...noise);
        const { along, wanted } = await difference(
          noise.map((v) => v / scale),
          0.1,
        );
        expect(Math.abs(along - wanted) / (length / Math.sqrt(slope.length))).toBeLessThan(0.15);
      }
    });
  });
});
