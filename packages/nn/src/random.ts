import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded numbers that come out the same on every machine: only exact float operations are used. */
export interface Random {
  /** Uniform in 0 (included) .. 1 (excluded), 24 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Whole number in 0 .. below - 1. */
  below(bound: number): number;
}

const LANES = [
  [1779033703, 597399067],
  [3144134277, 2869860233],
  [1013904242, 951274213],
  [2773480762, 2716044179],
] as const;

/** 128 bits that depend on every character, four lanes mixed with each other at the end. */
function hash128(text: string): readonly [number, number, number, number] {
  const h: number[] = LANES.map(([start]) => start);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) h[lane] = h[(lane + 1) % 4]! ^ Math.imul(h[lane]! ^ code, LANES[lane]![1]);
  }
  for (let round = 0; round < 4; round++) {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(h[lane]! ^ (h[lane]! >>> 16) ^ h[(lane + 3) % 4]!, LANES[lane]![1]);
      h[lane] = mixed ^ (mixed >>> 15);
    }
  }
  return [h[0]! | 0, h[1]! | 0, h[2]! | 0, h[3]! | 1];
}

/** A generator for (seed, parts); equal arguments give equal numbers, and any difference gives unrelated ones. */
export function random(seed: number, ...parts: readonly (string | number)[]): Random {
  const generator = xoroshiro128plusFromState(hash128(JSON.stringify([seed, ...parts])));
  const uniform = (): number => (generator.next() >>> 8) * 2 ** -24;
  let spare: number | undefined;
  return {
    uniform,
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Marsaglia's polar method
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s === 0 || s >= 1) continue;
        const factor = Math.sqrt((-2 * naturalLog(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    },
    below: (bound) => Math.floor(uniform() * bound),
  };
}

/** Natural logarithm from exact operations alone (Math.log may differ in the last bit between engines). */
function naturalLog(x: number): number {
  let exponent = 0;
  let m = x;
  while (m < Math.SQRT1_2) {
    m *= 2;
    exponent--;
  }
  while (m >= Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  // ln m = 2 atanh((m - 1) / (m + 1))
  const z = (m - 1) / (m + 1);
  const z2 = z * z;
  let term = z;
  let total = 0;
  for (let k = 1; k < 30; k += 2) {
    total += term / k;
    term *= z2;
  }
  return 2 * total + exponent * Math.LN2;
}
