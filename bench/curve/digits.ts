import { createRequire } from 'node:module';

/** Pictures of digits, 28x28 grey 0..1, and what they show. */
export interface Digits {
  /** [count, 1, 28, 28] */
  readonly x: Float32Array;
  readonly y: Int32Array;
}

export const PIXELS: number = 28 * 28;
const TEST_SHARE = 0.2;

/** The digits of the devDependency `mnist` (10,000 of LeCun, Cortes and Burges' set); the last fifth of every class is for testing. */
export function digits(): { readonly train: Digits; readonly test: Digits } {
  const require = createRequire(import.meta.url);
  const parts = { train: { x: [] as Float32Array[], y: [] as number[] }, test: { x: [] as Float32Array[], y: [] as number[] } };
  for (let digit = 0; digit < 10; digit++) {
    const { data } = require(`mnist/src/digits/${digit}.json`) as { data: number[] };
    const count = Math.floor(data.length / PIXELS);
    for (let i = 0; i < count; i++) {
      const part = i < count * (1 - TEST_SHARE) ? parts.train : parts.test;
      part.x.push(Float32Array.from(data.slice(i * PIXELS, (i + 1) * PIXELS)));
      part.y.push(digit);
    }
  }
  const join = ({ x, y }: typeof parts.train): Digits => {
    const joined = new Float32Array(x.length * PIXELS);
    x.forEach((picture, i) => joined.set(picture, i * PIXELS));
    return { x: joined, y: Int32Array.from(y) };
  };
  return { train: join(parts.train), test: join(parts.test) };
}

/** Some of them, by index. */
export function pick({ x, y }: Digits, indices: Int32Array): Digits {
  const chosen = new Float32Array(indices.length * PIXELS);
  indices.forEach((from, to) => chosen.set(x.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS));
  return { x: chosen, y: Int32Array.from(indices, (i) => y[i]!) };
}
