import type { CheckpointStore } from '@verilens/core';
import type { Figures } from '@verilens/metrics';

/** Runs that were finished before are read, not run again: evidence can be interrupted, and shared out among processes. */
export function finishedRuns(store: CheckpointStore | undefined): (name: string, run: () => Promise<Figures>) => Promise<Figures> {
  return async (name, run) => {
    const file = `evidence-${name.replaceAll(/[^a-z0-9.-]+/gi, '_')}.json`;
    const bytes = await store?.read(file);
    if (bytes !== undefined) return JSON.parse(new TextDecoder().decode(bytes)) as Figures;
    const figures = await run();
    await store?.write(file, new TextEncoder().encode(JSON.stringify(figures)));
    return figures;
  };
}
