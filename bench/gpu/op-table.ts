import type { Runtime } from '@verilens/core';
import { opCases } from '../../packages/nn/test/op-cases/index.ts';
import { checkOp } from '../../packages/nn/test/op-check.ts';
import { oneRowPerOp } from '../../packages/nn/test/op-results.ts';

/** What one row of the op table gave. */
export interface OpOutcome {
  readonly row: string;
  /** Largest error of value, gradient and second gradient against the reference in double precision; null when it did not run. */
  readonly error: number | null;
  /** Of a row that failed: where its error is largest, or what the engine said. */
  readonly failure?: string;
}

/** Every row of the op table, or with `short` one row an op, on a runtime. Goes on after a failure. */
export async function runOpTable(runtime: Runtime, short: boolean, say: (line: string) => void): Promise<OpOutcome[]> {
  const outcomes: OpOutcome[] = [];
  for (const row of short ? oneRowPerOp(opCases) : opCases) {
    const outcome = await tried(row, runtime);
    if (outcome.failure !== undefined) say(`op table: ${outcome.row} FAILED: ${outcome.failure}`);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function tried(row: (typeof opCases)[number], runtime: Runtime): Promise<OpOutcome> {
  try {
    const { worst, where, tolerance } = await checkOp(row, runtime);
    const passed = worst <= tolerance;
    return { row: row.name, error: Number.isFinite(worst) ? Number(worst.toExponential(1)) : null, ...(passed ? {} : { failure: where }) };
  } catch (error) {
    return { row: row.name, error: null, failure: error instanceof Error ? error.message : String(error) };
  }
}
