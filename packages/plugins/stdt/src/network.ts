import { Tensor, throwIfAborted, type ModelCard, type ModelSource, type Runtime, type Session } from '@verilens/core';
import { createRandom } from '@verilens/data';
import { bagLength, checkConfig, type StdtConfig } from './config.ts';
import { drawBag, type Bag } from './dropout.ts';
import { patchLength, writeBag, type Bands, type ClipPixels } from './traces.ts';

/** One loaded STDT network: pixels of a clip in, log-odds of "forged" out. */
export interface Network {
  readonly config: StdtConfig;
  readonly card: ModelCard;
  readonly session: Session;
  /** The bags every clip is read through: drawn once, so that equal clips get equal scores. */
  readonly bags: readonly Bag[];
  /** Log-odds of the mean softmax probability over the bags (test-time draws of the method). */
  logit(pixels: ClipPixels, options?: { hidden?: ReadonlySet<number>; signal?: AbortSignal }): Promise<number>;
  dispose(): Promise<void>;
}

/** Seed of the bags drawn at inference. */
const BAG_SEED = 'stdt/inference';

/**
 * @param draws bags per clip (R of the method); they go through the session as one batch
 * @param chosen bags to use instead of drawn ones, `draws` of them
 */
export async function loadNetwork(
  runtime: Runtime,
  config: StdtConfig,
  source: ModelSource,
  card: ModelCard,
  draws: number,
  signal?: AbortSignal,
  chosen?: readonly Bag[],
): Promise<Network> {
  checkConfig(config);
  const session = await runtime.load(source, { card, signal });
  const random = createRandom(BAG_SEED);
  const bags = chosen ?? Array.from({ length: draws }, () => drawBag(config, random));
  const count = bagLength(config);
  const length = patchLength(config);
  const cells = flat(bags.map((bag) => bag.cells));
  const frames = flat(bags.map((bag) => bag.frames));
  return {
    config,
    card,
    session,
    bags,
    async logit(pixels, options = {}) {
      throwIfAborted(options.signal, 'plugin stdt');
      const patches = new Float32Array(draws * count * length);
      const bands = new Map<number, Bands>();
      bags.forEach((bag, i) => writeBag(pixels, config, bag, patches, i * count * length, options.hidden, bands));
      const feeds = {
        patches: new Tensor('float32', patches, [draws, count, length]),
        cells: new Tensor('int32', cells, [draws, count]),
        frames: new Tensor('int32', frames, [draws, count]),
      };
      const { logits } = await session.run(feeds, { outputs: ['logits'], signal: options.signal });
      return meanLogit(logits!.data as Float32Array);
    },
    dispose: () => session.dispose(),
  };
}

/** Pairs of logits (real, forged), one pair per bag -> log-odds of the mean probability. */
export function meanLogit(pairs: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < pairs.length; i += 2) sum += 1 / (1 + Math.exp(pairs[i]! - pairs[i + 1]!));
  const p = Math.min(Math.max(sum / (pairs.length / 2), 1e-7), 1 - 1e-7);
  return Math.log(p / (1 - p));
}

function flat(arrays: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return out;
}
