import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded numbers that come out the same on every machine: only exact float operations are used. */
export interface Random {
  /** Uniform in 0 (included) .. 1 (excluded), 24 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Whole number in 0 .. below - 1. */
  below(bound: number): number;
}

/** 32-bit hash of a seed and parts, so that each tensor and step has numbers of its own. */
export function hashSeed(seed: number, ...parts: readonly (string | number)[]): number {
  let h = (seed | 0) ^ 0x9e3779b9;
  const text = `${seed}/${parts.join('/')}`;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x85ebca6b);
    h = (h << 13) | (h >>> 19);
  }
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) | 0;
}

/** A generator for (seed, parts); equal arguments give equal numbers. */
export function random(seed: number, ...parts: readonly (string | number)[]): Random {
  const generator = xoroshiro128plus(hashSeed(seed, ...parts));
  // the first outputs of nearby seeds resemble each other
  for (let i = 0; i < 16; i++) generator.next();
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
