import { Tensor, throwIfAborted, type ModelCard, type ModelSource, type Runtime, type Session } from '@verilens/core';
import { createRandom } from '@verilens/data';
import { bandsOnce, mirroredBands, type BandsOf } from './bands.ts';
import { bagLength, checkConfig, type StdtConfig } from './config.ts';
import { dealBags, type Bag } from './dropout.ts';
import { mirrored, mirroredCell } from './mirror.ts';
import { patchLength, writeBag, type ClipPixels } from './traces.ts';

/** One loaded STDT network: pixels of a clip in, log-odds of "forged" out. */
export interface Network {
  readonly config: StdtConfig;
  readonly card: ModelCard;
  readonly session: Session;
  /** The bags every clip is read through: dealt once, so that equal clips get equal scores. */
  readonly bags: readonly Bag[];
  /** Log-odds of the mean softmax probability over the bags (test-time draws of the method). */
  logit(pixels: ClipPixels, options?: { signal?: AbortSignal }): Promise<number>;
  /** The same with the traces of these cells read as zero, once for each of the sets; a few sets go through the session at a time. */
  occludedLogits(pixels: ClipPixels, hidden: readonly ReadonlySet<number>[], options?: { signal?: AbortSignal }): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** A clip as bags see it. */
interface View {
  readonly pixels: ClipPixels;
  readonly bandsOf: BandsOf;
}

/** Looks at one clip that go through the session as one batch: more of them need more memory and were no faster. */
const LOOKS_AT_ONCE = 8;

/** Seed of the bags dealt at inference. */
const BAG_SEED = 'stdt/inference';

/**
 * @param draws bags per clip (R of the method); they go through the session as one batch
 * @param chosen bags to use instead of dealt ones, `draws` of them
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
  const bags = chosen ?? dealBags(config, createRandom(BAG_SEED), draws);
  const count = bagLength(config);
  const length = patchLength(config);
  const cells = flat(bags.map((bag) => bag.cells));
  const frames = flat(bags.map((bag) => bag.frames));
  /** The cell of the clip as it is that each patch shows. */
  const shown = flat(bags.map((bag) => (bag.mirrored === true ? bag.cells.map((cell) => mirroredCell(cell, config.grid)) : bag.cells)));
  const patchesOf = (pixels: ClipPixels): Float32Array => {
    const patches = new Float32Array(draws * count * length);
    const plain: View = { pixels, bandsOf: bandsOnce(pixels, config) };
    let other: View | undefined;
    bags.forEach((bag, i) => {
      const view =
        bag.mirrored === true
          ? (other ??= { pixels: mirrored(pixels, config.faceSize), bandsOf: mirroredBands(plain.bandsOf, config) })
          : plain;
      writeBag(view.pixels, config, bag, patches, i * count * length, view.bandsOf);
    });
    return patches;
  };
  /** Log-odds of `looks` times all bags. */
  const run = async (patches: Float32Array, looks: number, signal: AbortSignal | undefined): Promise<number[]> => {
    throwIfAborted(signal, 'plugin stdt');
    const feeds = {
      patches: new Tensor('float32', patches, [looks * draws, count, length]),
      cells: new Tensor('int32', repeated(cells, looks), [looks * draws, count]),
      frames: new Tensor('int32', repeated(frames, looks), [looks * draws, count]),
    };
    const { logits } = await session.run(feeds, { outputs: ['logits'], signal });
    const pairs = logits!.data as Float32Array;
    return Array.from({ length: looks }, (_, look) => meanLogit(pairs.subarray(look * draws * 2, (look + 1) * draws * 2)));
  };
  return {
    config,
    card,
    session,
    bags,
    async logit(pixels, options = {}) {
      return (await run(patchesOf(pixels), 1, options.signal))[0]!;
    },
    async occludedLogits(pixels, hidden, options = {}) {
      const whole = patchesOf(pixels);
      const out = new Float64Array(hidden.length);
      for (let from = 0; from < hidden.length; from += LOOKS_AT_ONCE) {
        const some = hidden.slice(from, from + LOOKS_AT_ONCE);
        const patches = repeated(whole, some.length);
        some.forEach((set, look) => {
          shown.forEach((cell, patch) => {
            const at = look * whole.length + patch * length;
            if (set.has(cell)) patches.fill(0, at, at + length);
          });
        });
        out.set(await run(patches, some.length, options.signal), from);
      }
      return out;
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

function repeated<T extends Float32Array | Int32Array>(values: T, times: number): T {
  if (times === 1) return values;
  const out = new (values.constructor as new (length: number) => T)(values.length * times);
  for (let i = 0; i < times; i++) out.set(values, i * values.length);
  return out;
}
