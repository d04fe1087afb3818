import type { Runtime } from '@verilens/core';
import { largestDifference } from './all-close.ts';

/** Largest absolute difference of a score to native CPU that a device may show. */
export const PARITY_TOLERANCE: Readonly<Record<Runtime['device'], number>> = { cpu: 1e-4, wasm: 1e-4, webgpu: 1e-3, cuda: 1e-3 };

export interface ParityRow {
  readonly runtime: string;
  readonly device: Runtime['device'];
  /** Largest absolute difference to the first runtime's answer. */
  readonly difference: number;
  readonly tolerance: number;
  readonly durationMs: number;
}

/**
 * Computes the same thing on each runtime and holds every answer to the first one's (the reference, native CPU).
 *
 * @param make Makes a runtime; it is disposed of before the next is made.
 * @param compute Scores or outputs as a flat list of numbers.
 * @param tolerance Default: `PARITY_TOLERANCE` of the device.
 * @throws Error naming each runtime that differs
 */
export async function compareOnRuntimes(
  make: readonly (() => Promise<Runtime>)[],
  compute: (runtime: Runtime) => Promise<ArrayLike<number>>,
  tolerance?: number,
): Promise<readonly ParityRow[]> {
  let reference: ArrayLike<number> | undefined;
  const rows: ParityRow[] = [];
  for (const start of make) {
    const runtime = await start();
    try {
      const started = performance.now();
      const answer = Array.from(await compute(runtime));
      const durationMs = performance.now() - started;
      if (answer.length === 0) throw new Error(`${runtime.name} on ${runtime.device} gave no numbers to compare`);
      reference ??= answer;
      // The reference is compared with itself so that NaN in it shows.
      const difference = answer.some((value) => !Number.isFinite(value)) ? Infinity : largestDifference(answer, reference);
      rows.push({
        runtime: runtime.name,
        device: runtime.device,
        difference,
        tolerance: tolerance ?? PARITY_TOLERANCE[runtime.device],
        durationMs,
      });
    } finally {
      await runtime.dispose();
    }
  }
  const off = rows.filter((row) => row.difference > row.tolerance);
  if (off.length > 0) {
    throw new Error(off.map((row) => `${row.runtime} on ${row.device} differs by ${row.difference}, allowed ${row.tolerance}`).join('; '));
  }
  return rows;
}
