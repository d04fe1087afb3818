import type { Measured } from './document.ts';
import { VITS } from './vit/models.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly models?: readonly string[];
  /** Default: one for each core. */
  readonly threads?: number;
  /** Progress, one line at a time. */
  readonly say: (line: string) => void;
}

export interface Bench {
  readonly title: string;
  run(options: BenchOptions): Promise<Measured>;
}

/** Every benchmark, by the name it is run by. */
export const benches: Readonly<Record<string, Bench>> = {
  video: {
    title: 'a 640x360 H.264 file to its verdict, against real time; memory against length',
    run: async ({ quick, threads, say }) =>
      (await import('./video/video-bench.ts')).videoBench({ passes: quick ? 2 : 7, seconds: quick ? 10 : 30, fps: 16, threads, say }),
  },
  vit: {
    title: 'training step and inference of Vision Transformers, native CPU and WASM, against PyTorch',
    run: async ({ quick, models, threads, say }) => {
      const unknown = models?.find((name) => !Object.hasOwn(VITS, name));
      if (unknown !== undefined) throw new Error(`There is no model "${unknown}"; known: ${Object.keys(VITS).join(', ')}.`);
      return (await import('./vit/vit-bench.ts')).vitBench({
        models: models ?? Object.keys(VITS),
        rounds: quick ? { rounds: 4, blockMs: 200 } : { rounds: 16, blockMs: 700 },
        threads,
        say,
      });
    },
  },
  overhead: {
    title: 'what the framework costs around a session',
    run: async ({ quick, threads, say }) =>
      (await import('./overhead/overhead-bench.ts')).overheadBench({ repeats: quick ? 10 : 60, threads, say }),
  },
};
