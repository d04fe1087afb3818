import { VerilensError } from '@verilens/core';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { normalQuantile } from './exact-math.ts';

/**
 * A seeded stream of random numbers: equal on every machine and engine (xoroshiro128+ of pure-rand; the normal law by
 * its quantile function in exactly defined arithmetic).
 */
export interface Random {
  /** 32 random bits, signed. */
  bits(): number;
  /** Uniform in [low, high), 0..1 when left out; 53 bits. */
  uniform(low?: number, high?: number): number;
  /** Normal with the given mean and standard deviation, 0 and 1 when left out. One draw of 32 bits each. */
  normal(mean?: number, deviation?: number): number;
  /** Whole number in [low, high): `high` is never drawn. */
  integer(low: number, high: number): number;
  /** True with probability `p`, 0.5 when left out. */
  chance(p?: number): boolean;
  /** One element, each as likely. @throws VerilensError BAD_OPTION for an empty list */
  choice<T>(list: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(list: readonly T[]): T[];
  /**
   * An independent stream named `name`. It depends on this stream's seed and the name alone, not on what was drawn
   * before: adding a draw in one place leaves every other stream as it was.
   */
  fork(name: string | number): Random;
  /** What `restoreRandom` needs to go on from here: plain numbers, fit for JSON. */
  state(): RandomState;
}

export interface RandomState {
  /** Names this stream for `fork`. */
  readonly key: readonly number[];
  /** Where the stream stands. */
  readonly position: readonly number[];
}

/**
 * @param seed a whole number or any string
 * @throws VerilensError BAD_OPTION for a number that is not a safe integer
 * @example
 * const random = createRandom(0);
 * const noise = random.fork('noise').normal(0, 0.02);
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new VerilensError('BAD_OPTION', 'seed cannot be used', {
      place: 'data/random',
      expected: 'a whole number or a string',
      got: String(seed),
    });
  }
  return streamOf(mix([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x7f4a7c15], nameOf(seed)));
}

/** Goes on where `random.state()` was taken. */
export function restoreRandom(state: RandomState): Random {
  if (state.key.length !== 4 || state.position.length !== 4) {
    throw new VerilensError('BAD_INPUT', 'not a state of a random stream', {
      place: 'data/random',
      expected: 'key and position of 4 numbers each',
    });
  }
  return streamOf([...state.key], [...state.position]);
}

type Key = number[];

function streamOf(key: Key, position?: number[]): Random {
  // the key goes through one more round so that a fork never replays its parent's numbers
  const generator = xoroshiro128plusFromState(position ?? mix(key, 'stream'));
  const next = (): number => generator.next();
  const unit = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const integer = (low: number, high: number): number => {
    const range = high - low;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0) {
      throw new VerilensError('BAD_OPTION', 'no whole number to draw', {
        place: 'data/random',
        expected: 'whole numbers low < high',
        got: `${low}, ${high}`,
      });
    }
    return low + Math.floor(unit() * range);
  };
  return {
    bits: next,
    uniform: (low = 0, high = 1) => low + unit() * (high - low),
    normal: (mean = 0, deviation = 1) => mean + deviation * normalQuantile(((next() >>> 0) + 0.5) / 4294967296),
    integer,
    chance: (p = 0.5) => unit() < p,
    choice: (list) => {
      if (list.length === 0)
        throw new VerilensError('BAD_OPTION', 'nothing to choose from', { place: 'data/random', expected: 'a list with elements' });
      return list[integer(0, list.length)]!;
    },
    shuffle: (list) => {
      const out = [...list];
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(0, i + 1);
        const held = out[i]!;
        out[i] = out[j]!;
        out[j] = held;
      }
      return out;
    },
    fork: (name) => streamOf(mix(key, nameOf(name))),
    state: () => ({ key: [...key], position: [...generator.getState()] }),
  };
}

/** `1` and `'1'` name different streams. */
function nameOf(name: string | number): string {
  return typeof name === 'number' ? `#${name}` : `$${name}`;
}

/** Four words of hash over a key and a text (multiply-xorshift rounds in the manner of MurmurHash3). */
function mix(key: readonly number[], text: string): Key {
  let [a, b, c, d] = key as [number, number, number, number];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  const out = [finish(a ^ b ^ c ^ d), finish(b ^ a), finish(c ^ a), finish(d ^ a)];
  // the generator's one forbidden state
  return out.every((word) => word === 0) ? [1, 2, 3, 4] : out;
}

function finish(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
