/**
 * Seeded stream of numbers in [0, 1): splitmix32, enough for resampling and the same on every engine.
 *
 * @param seed Any finite number; its low 32 bits and its magnitude above them both count.
 */
export function seededUniform(seed: number): () => number {
  let state = (Math.trunc(seed) ^ Math.imul(Math.trunc(seed / 2 ** 32) | 0, 0x9e3779b9)) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}
