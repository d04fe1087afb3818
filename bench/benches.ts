import type { Measured } from './document.ts';
import type { Pieces } from './merge.ts';
import { NETWORKS } from './networks/networks.ts';
import type { Work } from './peers/fastest-torch.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly models?: readonly string[];
  /** Default: one for each core. */
  readonly threads?: number;
  /** How far the benchmarks go whose length is free. */
  readonly frames?: number;
  /** Whether `gpu` takes an adapter that is a program on the CPU. */
  readonly software?: boolean;
  /** Progress, one line at a time. */
  readonly say: (line: string) => void;
}

export interface Bench {
  readonly title: string;
  /** Of a benchmark that may be saved piece by piece. */
  readonly pieces?: () => Promise<Pieces>;
  run(options: BenchOptions): Promise<Measured>;
}

/** The networks whose training is measured. */
const TRAINED: readonly string[] = ['cnn', 'resnet8', 'conv3d', 'vit64', 'vit192'];

/** Every benchmark, by the name it is run by. */
export const benches: Readonly<Record<string, Bench>> = {
  video: {
    title: 'a 640x360 H.264 file to its verdict, against real time; memory against length',
    run: async ({ quick, threads, say }) =>
      (await import('./video/video-bench.ts')).videoBench({ passes: quick ? 2 : 7, seconds: quick ? 10 : 30, fps: 16, threads, say }),
  },
  track: {
    title: "an object followed: ours against OpenCV's KCF and CSRT on drawn sequences and real clips",
    run: async ({ quick, say }) =>
      (await import('./track/track-bench.ts')).trackBench({
        seeds: quick ? [7] : [7, 8],
        frames: quick ? 20 : 60,
        clipFrames: quick ? 60 : 226,
        say,
      }),
  },
  'track-live': {
    title: 'following on one core: a 1280x720 file against real time',
    run: async ({ quick, say }) => (await import('./track/live-bench.ts')).liveBench({ passes: quick ? 1 : 3, say }),
  },
  'track-hour': {
    title: 'resident memory while an hour of looped video is followed',
    run: async ({ quick, frames, say }) =>
      (await import('./track/hour-bench.ts')).hourBench({
        clips: [
          { name: 'talking-laughs', frames: frames ?? (quick ? 500 : 90_000) },
          { name: 'cockatoo-near', frames: quick ? 280 : 3000 },
        ],
        say,
      }),
  },
  pictures: {
    title: 'a 12-megapixel photograph to its verdict, against OpenCV and PyTorch; its memory; a filter as products beside an FFT',
    run: async ({ quick, threads, say }) =>
      (await import('./pictures/pictures-bench.ts')).picturesBench({ passes: quick ? 2 : 8, threads, say }),
  },
  train: {
    title: 'training steps of five networks on native CPU and WASM, against PyTorch',
    pieces: () => networkPieces('training step', TRAINED),
    run: (options) => networks('training step', TRAINED, options),
  },
  inference: {
    title: 'inference of exported networks on native CPU and WASM, against PyTorch',
    pieces: () => networkPieces('inference', Object.keys(NETWORKS)),
    run: (options) => networks('inference', Object.keys(NETWORKS), options),
  },
  'js-peers': {
    title: 'training steps of the same networks in jax-js and TensorFlow.js',
    pieces: async () => ({ column: 'model', order: TRAINED, perPiece: ['models'] }),
    run: async ({ quick, models = TRAINED, threads, say }) => {
      check(models, TRAINED);
      const { jsPeersBench } = await import('./js-peers/js-peers-bench.ts');
      return jsPeersBench({ models, steps: quick ? 3 : 10, limitSeconds: 20, threads, say });
    },
  },
  embedding: {
    title: 'embeddings of faces a second, against PyTorch running the same network',
    run: async ({ quick, threads, say }) =>
      (await import('./recognise/embedding-bench.ts')).embeddingBench({
        rounds: quick ? { rounds: 2, blockMs: 100 } : { rounds: 10, blockMs: 400 },
        threads,
        say,
      }),
  },
  sessions: {
    title: 'seconds to learn two new classes from five pictures each, and to name a picture',
    run: async ({ quick, threads, say }) =>
      (await import('./recognise/sessions-bench.ts')).sessionsBench({ sessions: quick ? 1 : 5, threads, say }),
  },
  gpu: {
    title: 'native WebGPU on a real GPU: op table, verdicts, times beside the CPU and PyTorch on CUDA, endurance',
    run: async ({ quick, models = TRAINED, software = false, threads, say }) => {
      check(models, Object.keys(NETWORKS));
      return (await import('./gpu/gpu-bench.ts')).gpuBench({
        models,
        batches: quick ? [1] : [1, 8],
        rounds: quick ? { rounds: 1, blockMs: 50 } : { rounds: 4, blockMs: 150 },
        steps: quick ? 5 : 300,
        sessions: quick ? 3 : 30,
        shortTable: quick,
        software,
        threads,
        say,
      });
    },
  },
  soak: {
    title: 'resident memory over 10,000 training steps',
    run: async ({ quick, threads, say }) =>
      (await import('./soak/soak-bench.ts')).soakBench({ steps: quick ? 1000 : 10_000, threads, say }),
  },
  browser: {
    title: 'the playground in Chromium: first verdict, main thread, sizes, scores beside Node',
    run: async ({ quick, say }) =>
      (await import('./browser/browser-bench.ts')).browserBench({ seconds: quick ? 3 : 10, passes: quick ? 1 : 3, say }),
  },
  curve: {
    title: "loss curve and trained accuracy of a ResNet-8 on real digits, ours and PyTorch's from the same weights and batches",
    run: async ({ quick, threads, say }) =>
      (await import('./curve/curve-bench.ts')).curveBench({
        steps: quick ? 20 : 200,
        trainingSteps: quick ? 40 : 500,
        seeds: quick ? [0] : [0, 1, 2],
        threads,
        say,
      }),
  },
  lowerings: {
    title: 'the ways in which ops and their gradients could be written, beside those the library writes, on native CPU and WASM',
    pieces: async () => (await import('./lowerings/lowerings-bench.ts')).PIECES,
    run: async ({ quick, models, threads, say }) =>
      (await import('./lowerings/lowerings-bench.ts')).loweringsBench({
        ops: models,
        rounds: quick ? { rounds: 2, blockMs: 50 } : { rounds: 5, blockMs: 120 },
        firstOnly: quick,
        threads,
        say,
      }),
  },
  overhead: {
    title: 'what the framework costs around a session',
    run: async ({ quick, threads, say }) =>
      (await import('./overhead/overhead-bench.ts')).overheadBench({ repeats: quick ? 10 : 60, threads, say }),
  },
};

async function networkPieces(work: Work, order: readonly string[]): Promise<Pieces> {
  const { notes } = await import('./networks/network-bench.ts');
  return { column: 'model', order, perPiece: ['models', 'fastest settings'], notes: (document) => notes(work, document) };
}

async function networks(work: Work, usual: readonly string[], { quick, models = usual, threads, say }: BenchOptions): Promise<Measured> {
  check(models, Object.keys(NETWORKS));
  const rounds = quick ? { rounds: 4, blockMs: 200 } : { rounds: 10, blockMs: 400 };
  return (await import('./networks/network-bench.ts')).networkBench({
    work,
    models,
    rounds,
    choosing: quick ? { rounds: 2, blockMs: 60, again: 1 } : undefined,
    threads,
    say,
  });
}

function check(models: readonly string[], known: readonly string[]): void {
  const unknown = models.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no model "${unknown}" here; known: ${known.join(', ')}.`);
}
