import {
  type CallOptions,
  type Component,
  type Image,
  type Plugin,
  type Role,
  type Roles,
  type RunInfo,
  type Runtime,
  throwIfAborted,
  VerilensError,
} from '@verilens/core';

/** What all the small components below share: a name, a life, a clock. */
export interface Base extends Component {
  /** Refuses after dispose and when cancelled, then times the work. */
  work<T extends object>(options: CallOptions | undefined, run: () => Promise<T> | T): Promise<T & RunInfo>;
}

export function base(name: string, runtime: Runtime): Base {
  let disposed = false;
  const alive = (): void => {
    if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: name });
  };
  const self: Base = {
    name,
    async warmup() {
      alive();
    },
    async dispose() {
      disposed = true;
    },
    [Symbol.asyncDispose]: () => self.dispose(),
    async work(options, run) {
      alive();
      throwIfAborted(options?.signal, name);
      const started = performance.now();
      return { ...(await run()), device: runtime.device, durationMs: performance.now() - started };
    },
  };
  return self;
}

export function plugin<R extends Role>(name: string, role: R, create: (base: Base, runtime: Runtime) => Roles[R]): () => Plugin<R> {
  return () => ({ name, role, apiVersion: 1, create: async ({ runtime }) => create(base(name, runtime), runtime) });
}

export function bad(place: string, what: string): VerilensError {
  return new VerilensError('BAD_INPUT', what, { place });
}

export function checkImage(image: Image, place: string): void {
  if (image.data.length !== image.width * image.height * 4 || image.data.length === 0) throw bad(place, 'the picture does not add up');
}

/** Mean RGB of each cell of an n x n grid, 0..1. */
export function thumbnail({ data, width, height }: Image, n: number): Float32Array {
  const sums = new Float32Array(n * n * 3);
  const counts = new Float32Array(n * n);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * n) / height) * n + Math.floor((x * n) / width);
      counts[cell]!++;
      for (let channel = 0; channel < 3; channel++) sums[cell * 3 + channel]! += data[(y * width + x) * 4 + channel]! / 255;
    }
  }
  return sums.map((sum, index) => sum / Math.max(1, counts[Math.floor(index / 3)]!));
}

/** Seeded bytes (an xorshift over the seed bytes): for tests, not for secrets. */
export function stream(seed: Uint8Array): () => number {
  let state = seed.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
