import { Tensor, VerilensError, type Runtime } from '@verilens/core';
import { add, exportInference, float32, mul, sub, type Sym } from '@verilens/nn';
import type { LayersModel } from './layers-model.ts';
import { planeSize, type Planes } from './pictures.ts';

/** Enlarges square pictures of one size by a network. */
export interface SuperResolution extends AsyncDisposable {
  readonly scale: number;
  /** [count, 3, S, S], -1..1 -> [count, 3, scale S, scale S], kept within -1..1. */
  enlarge(pictures: Planes, options?: { readonly signal?: AbortSignal }): Promise<Planes>;
  dispose(): Promise<void>;
}

/** @param size side of the pictures to come */
export async function openSuperResolution(
  { network, parameters }: LayersModel,
  runtime: Runtime,
  options: {
    readonly size: number;
    readonly scale: number;
    /** Values the network was trained on: 0..`range`. Default 255. */
    readonly range?: number;
    readonly signal?: AbortSignal;
  },
): Promise<SuperResolution> {
  const { size, scale, range = 255, signal } = options;
  const onnx = exportInference({
    module: network,
    params: parameters,
    inputs: { pictures: float32(['batch', 3, size, size]) },
    forward: (p, { pictures }) => ({ larger: signed(network.apply(p, unsigned(pictures, range)), range) }),
    target: 'native',
  });
  const session = await runtime.load(onnx, { name: 'super-resolution', signal });
  return {
    scale,
    async enlarge(pictures, { signal: stop } = {}) {
      if (pictures.size !== size || pictures.data.length !== pictures.count * planeSize(size))
        throw new VerilensError('BAD_SHAPE', 'pictures of another size', {
          place: 'generative super-resolution',
          expected: `${size} x ${size}`,
          got: `${pictures.size} x ${pictures.size}`,
        });
      const { larger } = await session.run(
        { pictures: new Tensor('float32', pictures.data, [pictures.count, 3, size, size]) },
        { signal: stop },
      );
      const data = Float32Array.from(larger!.data as Float32Array, (v) => (v < -1 ? -1 : v > 1 ? 1 : v));
      return { count: pictures.count, size: scale * size, data };
    },
    dispose: () => session.dispose(),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}

// -1..1 <-> 0..range
const unsigned = (x: Sym, range: number): Sym => mul(add(x, 1), range / 2);
const signed = (x: Sym, range: number): Sym => sub(mul(x, 2 / range), 1);
