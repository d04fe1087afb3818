import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';

/** A file of `fixtures/`. */
export async function readFixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(`../fixtures/${name}`, import.meta.url)));
}

export async function readJsonFixture<T>(name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readFixture(name))) as T;
}

/** Largest difference, relative to the largest expected magnitude (at least 1). Infinity when something is not finite. */
export function worst(got: Float32Array, wanted: Float32Array): number {
  const scale = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  expect(got.length).toBe(wanted.length);
  return got.reduce((m, v, i) => Math.max(m, Number.isFinite(v) ? Math.abs(v - wanted[i]!) / scale : Infinity), 0);
}
