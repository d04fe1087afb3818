import type { CheckpointStore } from '@verilens/core';

/** Figures of one finished run, by measure. */
export type Figures = Readonly<Record<string, number>>;

/** Runs that were finished before are read, not run again: evidence can be interrupted, and shared out among processes. */
export function finishedRuns(store: CheckpointStore | undefined): (name: string, run: () => Promise<Figures>) => Promise<Figures> {
  const known = new Map<string, Figures>();
  return async (name, run) => {
    const file = `${name.replaceAll(/[^a-z0-9-]+/gi, '_')}.json`;
    const kept = known.get(file) ?? (await read(store, file));
    if (kept !== undefined) return kept;
    const figures = await run();
    known.set(file, figures);
    await store?.write(file, new TextEncoder().encode(JSON.stringify(figures)));
    return figures;
  };
}

async function read(store: CheckpointStore | undefined, file: string): Promise<Figures | undefined> {
  const bytes = await store?.read(file);
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Figures);
}
